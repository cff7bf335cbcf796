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
 */
export async function searchSides<T>(
  run: (choices: readonly Choice[]) => Promise<Run<T>>,
  fits: (result: T) => boolean,
): Promise<Sides<T>> {
  const plain = await run([]);
  const found = { ...plain, choices: [], fits: fits(plain.result) };
  if (found.fits) return found;
  const waiting = continued([], plain.edgeValues);
  for (let runs = 1; runs < RUNS; runs++) {
    const choices = waiting.shift();
    if (!choices) break;
    const { result, edgeValues } = await run(choices);
    if (fits(result)) return { result, choices, edgeValues: plain.edgeValues, fits: true };
    waiting.push(...continued(choices, edgeValues));
  }
  return found;
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
