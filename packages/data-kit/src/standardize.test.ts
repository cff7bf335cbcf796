import { expect, test } from "vitest";
import { fitStandardize } from "./standardize.ts";
import { randomBytes } from "./testing/random-bytes.ts";

test.for([
  { shape: [32, 32, 3], planes: true },
  { shape: [32, 32, 3], planes: false },
  { shape: [5, 7, 1], planes: false },
] as const)("it is fitted to the rows named alone, and another runtime finds the same values: %o", ({ shape, planes }) => {
  const [height, width, channels] = shape;
  const plane = height * width;
  const size = plane * channels;
  const pixels = randomBytes(4 * size, 5);
  pixels.fill(255, 3 * size); // an image that would move the mean
  const raw = (row: number, place: number, channel: number): number =>
    pixels[row * size + (planes ? channel * plane + place : place * channels + channel)]!;
  const { mean, deviation, reader } = fitStandardize(pixels, Int32Array.of(2, 0), shape, { planes });
  for (let channel = 0; channel < channels; channel++) {
    const values = [2, 0].flatMap((row) => Array.from({ length: plane }, (_, place) => raw(row, place, channel)));
    const average = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean[channel]).toBeCloseTo(average, 4);
    expect(deviation[channel]).toBeCloseTo(Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length), 4);
  }
  const into = new Float32Array(2 * size);
  reader({ pixels })(Int32Array.of(3, 1), into);
  const expected = [3, 1].flatMap((row) =>
    Array.from({ length: size }, (_, i) => {
      const channel = i % channels;
      return Math.fround((raw(row, Math.floor(i / channels), channel) - mean[channel]!) / deviation[channel]!);
    }),
  );
  expect(into).toEqual(Float32Array.from(expected));
});

test("a channel without variation is only centred", () => {
  const pixels = new Uint8Array(3072).fill(80);
  const { deviation, reader } = fitStandardize(pixels, Int32Array.of(0), [32, 32, 3]);
  const into = new Float32Array(3072).fill(9);
  reader({ pixels })(Int32Array.of(0), into);
  expect([...deviation]).toEqual([1, 1, 1]);
  expect(into.every((value) => value === 0)).toBe(true);
});
