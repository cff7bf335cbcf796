import { expect, test } from "vitest";
import { studentInterval, studentQuantile } from "./student-interval.ts";

test("quantiles are those of the printed tables", () => {
  for (const [freedom, quantile] of [
    [1, 12.7062],
    [2, 4.3027],
    [3, 3.1824],
    [4, 2.7764],
    [9, 2.2622],
    [10, 2.2281],
    [30, 2.0423],
    [120, 1.9799],
  ] as const)
    expect(studentQuantile(freedom)).toBeCloseTo(quantile, 4);
});

test("the interval is mean ± t s / √n; of one value nothing is known", () => {
  const [low, high] = studentInterval([0.4, 0.5, 0.6])!;
  expect((low + high) / 2).toBeCloseTo(0.5, 12);
  expect((high - low) / 2).toBeCloseTo((4.302652729911275 * 0.1) / Math.sqrt(3), 9);
  expect(studentInterval([0.4])).toBeUndefined();
});
