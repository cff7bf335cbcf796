import { expect, test } from "vitest";
import { heaviestRows, isUniform, weighSamples } from "./weigh-samples.ts";

test("effective size and histogram are those worked by hand", () => {
  // Mean 2: the weights are a quarter, a half, one and two and a quarter times it.
  const weights = Float64Array.of(0.5, 1, 2, 4.5);
  const { effective, bins, rows } = weighSamples(3, weights);
  expect(effective).toBeCloseTo(64 / 25.5, 12);
  expect(bins).toEqual([
    { low: -2, rows: 1 },
    { low: -1, rows: 1 },
    { low: 0, rows: 1 },
    { low: 1, rows: 1 },
  ]);
  expect(rows).toBe(4);
  expect(heaviestRows(weights, 2)).toEqual([
    { row: 3, times: 2.25 },
    { row: 2, times: 1 },
  ]);
});

test("a weight of zero stands in the lowest bin, and equal weights are uniform", () => {
  expect(weighSamples(0, Float64Array.of(0, 2)).bins).toEqual([
    { low: -12, rows: 1 },
    { low: 1, rows: 1 },
  ]);
  expect(isUniform(new Float64Array(5).fill(0.2))).toBe(true);
  expect(isUniform(Float64Array.of(1, 1, 1.001))).toBe(false);
});
