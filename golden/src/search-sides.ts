import { type Choice, compareEdges, type EdgeValue, otherSides } from "./edge-value.ts";

export interface Run<T> {
  readonly result: T;
  /** Values that lie on an edge in this run. */
  readonly edgeValues: readonly EdgeValue[];
}

export interface Sides<T> {
  readonly result: T;
  /** Values that were moved to their other side for the result. */
  readonly choices: readonly Choice[];
  /** Values on an edge where nothing was chosen. */
  readonly edgeValues: readonly EdgeValue[];
  readonly fits: boolean;
}

/** Maximum number of runs. A network of a golden folder has one or two such values, if any. */
const RUNS = 64;

/**
 * The run whose result fits all of the reference's numbers: the plain one, else one in which some values on an edge are moved to the other
 * side. Fewer such values are tried first. Moving a value may bring later ones to an edge, so each run reports its own. If no run fits, the
 * plain one is the result.
 * @param misfit returns the first training step whose numbers do not fit, undefined if all do. Moving a value of a later step cannot fix
 *   them, so it is not tried; for numbers that no value affects it is −1.
 */
export async function searchSides<T>(
  run: (choices: readonly Choice[]) => Promise<Run<T>>,
  misfit: (result: T) => number | undefined,
): Promise<Sides<T>> {
  const plain = await run([]);
  const first = misfit(plain.result);
  const found = { ...plain, choices: [], fits: first === undefined };
  if (first === undefined) return found;
  const waiting = continued([], upTo(first, plain.edgeValues));
  for (let runs = 1; runs < RUNS; runs++) {
    const choices = waiting.shift();
    if (!choices) break;
    const { result, edgeValues } = await run(choices);
    const step = misfit(result);
    if (step === undefined) return { result, choices, edgeValues: plain.edgeValues, fits: true };
    waiting.push(...continued(choices, upTo(step, edgeValues)));
  }
  return found;
}

/** Values of evaluation count as the first step. */
function upTo(last: number, edgeValues: readonly EdgeValue[]): EdgeValue[] {
  return edgeValues.filter(({ step = 0 }) => step <= last);
}

/** Each set of choices occurs once: it grows in the order of the run. */
function continued(choices: readonly Choice[], edgeValues: readonly EdgeValue[]): Choice[][] {
  const last = choices.at(-1);
  return edgeValues
    .filter((value) => !last || compareEdges(value, last) > 0)
    .toSorted(compareEdges)
    .flatMap(otherSides)
    .map((choice) => [...choices, choice]);
}
