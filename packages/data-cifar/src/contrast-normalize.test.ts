import { randomBytes } from "@benn/data-kit/testing";
import { expect, test } from "vitest";
import { contrastNormalize } from "./contrast-normalize.ts";
import { PLANE, SIZE } from "./images.ts";

test("an image loses its mean and has norm 55, channels last, at the place named", () => {
  const pixels = randomBytes(3 * SIZE, 1);
  const into = new Float32Array(3 * SIZE).fill(9);
  contrastNormalize(pixels, SIZE, into, 2 * SIZE);
  const image = pixels.slice(SIZE, 2 * SIZE);
  const mean = image.reduce((sum, value) => sum + value, 0) / SIZE;
  const norm = Math.sqrt(image.reduce((sum, value) => sum + (value - mean) ** 2, 0));
  for (const [place, channel] of [
    [0, 0],
    [1, 0],
    [33, 1],
    [PLANE - 1, 2],
  ] as const) {
    expect(into[2 * SIZE + place * 3 + channel]).toBeCloseTo(((image[channel * PLANE + place]! - mean) / norm) * 55, 5);
  }
  const values = into.subarray(2 * SIZE);
  expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 3);
  expect(Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))).toBeCloseTo(55, 4);
  expect(into.subarray(0, 2 * SIZE).every((value) => value === 9)).toBe(true);
});

test("an image of one colour value becomes zeros", () => {
  const into = new Float32Array(SIZE).fill(9);
  contrastNormalize(new Uint8Array(SIZE).fill(77), 0, into, 0);
  expect(into.every((value) => value === 0)).toBe(true);
});
