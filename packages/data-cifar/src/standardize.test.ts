import { expect, test } from "vitest";
import { randomBytes } from "../test/mini-batches.ts";
import { PLANE, SIZE } from "./images.ts";
import { fitStandardize } from "./standardize.ts";

test("it is fitted to the rows named alone, and another runtime finds the same values from mean and deviation", () => {
  const pixels = randomBytes(4 * SIZE, 5);
  pixels.fill(255, 3 * SIZE); // an image that would move the mean
  const { mean, deviation, reader } = fitStandardize(pixels, Int32Array.of(2, 0));
  for (let channel = 0; channel < 3; channel++) {
    const values = [2, 0].flatMap((row) => Array.from(pixels.subarray(row * SIZE + channel * PLANE, row * SIZE + (channel + 1) * PLANE)));
    const average = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean[channel]).toBeCloseTo(average, 4);
    expect(deviation[channel]).toBeCloseTo(Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length), 4);
  }
  const into = new Float32Array(2 * SIZE);
  reader({ labels: new Uint8Array(4), pixels })(Int32Array.of(3, 1), into);
  const expected = [3, 1].flatMap((row) =>
    Array.from({ length: SIZE }, (_, i) => {
      const raw = pixels[row * SIZE + (i % 3) * PLANE + Math.floor(i / 3)]!;
      return Math.fround((raw - mean[i % 3]!) / deviation[i % 3]!);
    }),
  );
  expect(into).toEqual(Float32Array.from(expected));
});

test("a channel without variation is only centred", () => {
  const pixels = new Uint8Array(SIZE).fill(80);
  const { deviation, reader } = fitStandardize(pixels, Int32Array.of(0));
  const into = new Float32Array(SIZE).fill(9);
  reader({ labels: new Uint8Array(1), pixels })(Int32Array.of(0), into);
  expect([...deviation]).toEqual([1, 1, 1]);
  expect(into.every((value) => value === 0)).toBe(true);
});
