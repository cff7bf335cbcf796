import { expect, test } from "vitest";
import { addPoint, runningMean, thin } from "./history.ts";

const curve = (...values: number[]) => values.map((y, x) => ({ x, y }));

test("a point at or before the end of a curve takes the place of what was after it", () => {
  expect(addPoint(curve(3, 2, 1), { x: 1, y: 9 })).toEqual(curve(3, 9));
  expect(addPoint(curve(3, 2, 1), { x: 3, y: 9 })).toEqual(curve(3, 2, 1, 9));
});

test("a full curve loses every other point, not its ends", () => {
  const full = addPoint(curve(0, 1, 2, 3, 4, 5), { x: 6, y: 6 }, 6);
  expect(full).toHaveLength(4);
  expect([full[0]?.y, full.at(-1)?.y]).toEqual([0, 6]);
  expect(thin(curve(0, 1, 2, 3, 4), 3).map(({ y }) => y)).toEqual([0, 2, 4]);
});

test("a running mean takes the points there are", () => {
  expect(runningMean(curve(4, 2, 0, 6), 3)).toEqual(curve(4, 3, 2, 8 / 3));
  expect(runningMean([], 3)).toEqual([]);
});
