import { expect, test } from "vitest";
import { drawCutout } from "./cutout.ts";
import type { Random } from "./random.ts";

/** A generator that returns these integers and records the requested ranges. */
const drawing = (...values: number[]): { random: Random; ranges: number[] } => {
  const ranges: number[] = [];
  return { random: { integer: (n: number) => (ranges.push(n), values.shift() ?? 0) } as unknown as Random, ranges };
};

test("the square lies around a pixel of the image, an even one a pixel farther up and left", () => {
  const { random, ranges } = drawing(5, 4);
  expect(drawCutout(random, 3, [10, 8])).toEqual({ top: 4, left: 3, bottom: 7, right: 6 });
  expect(ranges).toEqual([10, 8]);
  expect(drawCutout(drawing(5, 4).random, 4, [10, 8])).toEqual({ top: 3, left: 2, bottom: 7, right: 6 });
  expect(drawCutout(drawing(5, 4).random, 1, [10, 8])).toEqual({ top: 5, left: 4, bottom: 6, right: 5 });
});

test("only the part inside the image is cut", () => {
  expect(drawCutout(drawing(0, 0).random, 5, [10, 8])).toEqual({ top: 0, left: 0, bottom: 3, right: 3 });
  expect(drawCutout(drawing(9, 7).random, 5, [10, 8])).toEqual({ top: 7, left: 5, bottom: 10, right: 8 });
});
