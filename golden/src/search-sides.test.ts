import { expect, test } from "vitest";
import type { Choice, EdgeValue } from "./edge-value.ts";
import { searchSides } from "./search-sides.ts";

const valueOf = (step: number): EdgeValue => ({ step, layer: 0, indices: [[0, 0, 0, 0]], edge: 1, value: 1 });

/**
 * Searches among values of these steps, with numbers that first do not fit in step `misfit`, until the values of `wrong` are on their other
 * side.
 */
async function search(steps: readonly number[], misfit: number, wrong: readonly number[]) {
  const tried: number[][] = [];
  const run = (choices: readonly Choice[]) => {
    const chosen = choices.map(({ step = 0 }) => step);
    tried.push(chosen);
    return Promise.resolve({ result: chosen, edgeValues: steps.map(valueOf) });
  };
  const { fits } = await searchSides(run, (chosen) => (String(chosen) === String(wrong) ? undefined : misfit));
  return { fits, tried };
}

test("values of a step before the numbers that do not fit, or of that step, are tried on their other side, and later ones are not", async () => {
  expect(await search([0, 1, 2], 1, [0, 1])).toEqual({ fits: true, tried: [[], [0], [1], [0, 1]] });
  expect(await search([0, 1, 2], 1, [2])).toEqual({ fits: false, tried: [[], [0], [1], [0, 1]] });
  expect(await search([0, 1], -1, [0])).toEqual({ fits: false, tried: [[]] });
});
