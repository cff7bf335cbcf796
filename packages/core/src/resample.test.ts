import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom } from "./random.ts";
import { resample } from "./resample.ts";

test("rows come in proportion to their weights, whatever these sum to", () => {
  const counts = new Int32Array(4);
  for (const row of resample(Float64Array.of(1, 0, 3, 4), 80_000, createRandom(1))) counts[row]! += 1;
  expect(counts[1]).toBe(0);
  expect(Math.abs(counts[0]! / 80_000 - 1 / 8)).toBeLessThan(0.01);
  expect(Math.abs(counts[2]! / 80_000 - 3 / 8)).toBeLessThan(0.01);
});

test("negative and non-finite weights are never drawn, and without any left rows are uniform", () => {
  const rows = resample(Float64Array.of(-1, Number.NaN, 2, Number.POSITIVE_INFINITY), 200, createRandom(2));
  expect(new Set(rows)).toEqual(new Set([2]));
  expect(new Set(resample(new Float64Array(3), 200, createRandom(3)))).toEqual(new Set([0, 1, 2]));
});

test("every row drawn has a positive weight", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 50 }), fc.nat(), (weights, seed) => {
      fc.pre(weights.some((w) => w > 0));
      for (const row of resample(Float64Array.from(weights), 20, createRandom(seed))) expect(weights[row]).toBeGreaterThan(0);
    }),
    { seed: 1 },
  );
});
