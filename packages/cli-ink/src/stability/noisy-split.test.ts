import type { Split } from "@benn/core";
import { expect, test } from "vitest";
import { noisySplit, preparedDeviation } from "./noisy-split.ts";

const shape = [8, 8, 3] as const;
const size = 192;
const split: Split = {
  labels: new Int32Array(40),
  images: (rows) => Float32Array.from({ length: rows.length * size }, (_, i) => rows[Math.floor(i / size)]!),
};
const imagesOf = async (own: Split, ...rows: number[]) => await own.images(Int32Array.from(rows));

test("noise has its deviation, and belongs to the row and the draw, whatever else is asked for", async () => {
  const noisy = noisySplit(split, shape, { deviation: [0.5], seed: 1, draw: 0 });
  const rows = Array.from({ length: 40 }, (_, row) => row);
  const noise = (await imagesOf(noisy, ...rows)).map((value, i) => value - Math.floor(i / size));
  const mean = noise.reduce((a, b) => a + b) / noise.length;
  expect(Math.abs(mean)).toBeLessThan(0.02);
  expect(Math.abs(Math.sqrt(noise.reduce((sum, x) => sum + (x - mean) ** 2, 0) / noise.length) - 0.5)).toBeLessThan(0.015);
  expect(await imagesOf(noisy, 7)).toEqual((await imagesOf(noisy, 3, 7)).subarray(size));
  expect(await imagesOf(noisySplit(split, shape, { deviation: [0.5], seed: 1, draw: 1 }), 7)).not.toEqual(await imagesOf(noisy, 7));
  expect([...(await imagesOf(split, 7))].every((value) => value === 7)).toBe(true);
});

test("channels have deviations of their own, and a larger noise is the same one", async () => {
  const of = async (...deviation: number[]) => await imagesOf(noisySplit(split, shape, { deviation, seed: 1, draw: 0 }), 0);
  const [one, three] = [await of(1), await of(1, 0, 2)];
  for (const [i, value] of three.entries()) expect(value).toBeCloseTo([1, 0, 2][i % 3]! * one[i]!, 5);
});

test("pixels are converted where standardisation alone prepares a picture, and refused where not", () => {
  const standardize = { operation: "standardize", mean: Float32Array.of(0, 0, 0), deviation: Float32Array.of(50, 64, 100) } as const;
  const noise = { kind: "images", level: 8, unit: "pixels" } as const;
  expect(preparedDeviation(noise, [{ operation: "resize", size: [8, 8] }, standardize])).toEqual([0.16, 0.125, 0.08]);
  expect(preparedDeviation({ ...noise, unit: "deviations" }, [])).toEqual([8]);
  for (const preprocessing of [[], [standardize, { operation: "contrastNormalize", scale: 55 } as const]])
    expect(() => preparedDeviation(noise, preprocessing)).toThrow(/^--images 8px: .* Give the deviation .* --images 0\.1\.$/);
});
