import { createRandom } from "@benn/core/internals";
import fc from "fast-check";
import { expect, test } from "vitest";
import { centre, randomResizedCrop, randomWindow, shortSide } from "./crop.ts";
import { DRAWS } from "./recipe.ts";

const draws = (seed: number): Float64Array => {
  const random = createRandom(seed, "crop");
  return Float64Array.from({ length: DRAWS }, () => random.uniform());
};
const side = fc.integer({ min: 1, max: 700 });

test("a random crop lies within its picture, however narrow", () => {
  fc.assert(
    fc.property(side, side, fc.double({ min: 0.01, max: 1, noNaN: true }), fc.nat(), (width, height, minArea, seed) => {
      const region = randomResizedCrop(width, height, minArea, draws(seed));
      for (const value of Object.values(region)) expect(Number.isInteger(value)).toBe(true);
      expect(Math.min(region.left, region.top)).toBeGreaterThanOrEqual(0);
      expect(Math.min(region.width, region.height)).toBeGreaterThanOrEqual(1);
      expect(region.left + region.width).toBeLessThanOrEqual(width);
      expect(region.top + region.height).toBeLessThanOrEqual(height);
    }),
  );
});

test("its areas are spread evenly from the least share to all, its shapes evenly in the logarithm", () => {
  const areas: number[] = [];
  const shapes: number[] = [];
  for (let seed = 0; seed < 4000; seed++) {
    const { width, height } = randomResizedCrop(4000, 4000, 0.08, draws(seed));
    areas.push((width * height) / 4000 ** 2);
    shapes.push(Math.log(width / height) / Math.log(4 / 3));
  }
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  expect(Math.min(...areas)).toBeGreaterThan(0.0799);
  expect(Math.min(...areas)).toBeLessThan(0.09);
  // A large area with an extreme aspect ratio does not fit and is drawn again, so that the mean is slightly below the middle.
  expect(mean(areas)).toBeGreaterThan(0.47);
  expect(mean(areas)).toBeLessThan(0.54);
  expect(Math.abs(mean(shapes))).toBeLessThan(0.04);
  expect(Math.min(...shapes)).toBeGreaterThanOrEqual(-1.001);
  expect(mean(shapes.map((shape) => shape ** 2))).toBeGreaterThan(0.27); // 1/3, minus the large ones that must be nearly square
});

test("a picture too narrow for any try gives its largest middle part", () => {
  expect(randomResizedCrop(10, 1000, 1, draws(1))).toEqual({ left: 0, top: 494, width: 10, height: 13 });
  expect(randomResizedCrop(1000, 10, 1, draws(1))).toEqual({ left: 494, top: 0, width: 13, height: 10 });
});

test("a plain crop reaches every place alike, the edges too", () => {
  const counts = new Map<number, number>();
  for (let seed = 0; seed < 3000; seed++) {
    const { left } = randomWindow(34, 40, { width: 32, height: 32 }, draws(seed));
    counts.set(left, (counts.get(left) ?? 0) + 1);
  }
  expect([...counts.keys()].toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120);
});

test("the shorter side is scaled, the middle is the middle", () => {
  expect(shortSide(500, 375, 256)).toEqual({ width: 341, height: 256 });
  expect(shortSide(375, 500, 256)).toEqual({ width: 256, height: 341 });
  expect(shortSide(40, 40, 256)).toEqual({ width: 256, height: 256 });
  expect(centre(341, 256, { width: 224, height: 224 })).toEqual({ left: 59, top: 16, width: 224, height: 224 });
});
