import { createRandom } from "@benn/core/internals";
import { expect, test } from "vitest";
import { bootstrap } from "./bootstrap.ts";
import { wilson } from "./wilson.ts";

const right = Uint8Array.from({ length: 400 }, (_, row) => (row % 4 === 0 ? 0 : 1));
const share = (drawn: Int32Array): number => drawn.reduce((sum, row) => sum + (right[row] ?? 0), 0) / drawn.length;

test("the interval of a share is close to Wilson's", () => {
  const [interval = [0, 0]] = bootstrap(400, (drawn) => [share(drawn)], { random: createRandom(1, "bootstrap"), resamples: 4000 });
  const [low, high] = wilson(300, 400);
  expect(interval[0]).toBeCloseTo(low, 2);
  expect(interval[1]).toBeCloseTo(high, 2);
});

test("the same seed gives the same intervals, another seed others", () => {
  const draw = (seed: number) => bootstrap(50, (drawn) => [share(drawn)], { random: createRandom(seed, "bootstrap"), resamples: 100 });
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});

test("all statistics see the same draws, and quantiles are interpolated", () => {
  let turn = 0;
  const intervals = bootstrap(
    1,
    (drawn) => {
      expect([...drawn]).toEqual([0]);
      turn += 1;
      return [turn, -turn];
    },
    { random: createRandom(1, "bootstrap"), resamples: 101 },
  );
  // Of 1 … 101: by hand, 1 + 0.025 · 100 and 1 + 0.975 · 100.
  expect(intervals).toEqual([
    [3.5, 98.5],
    [-98.5, -3.5],
  ]);
});
