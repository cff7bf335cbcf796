import { type Choice, compareEdges, type EdgeValue, otherSides } from "./edge-value.ts";

export interface Run<T> {
  readonly result: T;
  /** Values that lie on an edge in this run. */
  readonly edgeValues: readonly EdgeValue[];
}

export interface Sides<T> {
  readonly result: T;
  /** Values whose other side the result took. */
  readonly choices: readonly Choice[];
  /** Values on an edge where nothing was chosen. */
  readonly edgeValues: readonly EdgeValue[];
  readonly fits: boolean;
}

/** Runs at most. A net of a golden folder has one or two such values, if any. */
const RUNS = 64;

/**
 * The run whose result fits the reference's numbers, all of them: the plain one, else one in which some values that lie on an edge are on
 * the other side. Fewer such values come first. A value on one side may bring others after it to an edge, so each run is asked for its
 * own. Where no run fits, the plain one is the result.
 * @param misfit the first step of training whose numbers do not fit, undefined where all do. What a value of a later step is taken for cannot
 * mend them, so it is not tried; of numbers that no value changes it is −1.
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

/** Values of evaluation stand in the first step. */
function upTo(last: number, edgeValues: readonly EdgeValue[]): EdgeValue[] {
  return edgeValues.filter(({ step = 0 }) => step <= last);
}

/** Each set of choices is met once: it grows in the order of the run. */
function continued(choices: readonly Choice[], edgeValues: readonly EdgeValue[]): Choice[][] {
  const last = choices.at(-1);
  return edgeValues
    .filter((value) => !last || compareEdges(value, last) > 0)
    .toSorted(compareEdges)
    .flatMap(otherSides)
    .map((choice) => [...choices, choice]);
}
