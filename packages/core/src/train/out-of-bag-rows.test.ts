import { expect, test } from "vitest";
import { outOfBagRows } from "./out-of-bag-rows.ts";

test("all rows are voted on out of bag while their logits are few", () => {
  expect(outOfBagRows(1, 6, 10, 60)).toEqual(Int32Array.of(0, 1, 2, 3, 4, 5));
  expect(outOfBagRows(0, 50_000, 10)).toHaveLength(50_000);
});

test("of many, a sample that the seed draws: distinct, in rising order, from the whole range", () => {
  const rows = outOfBagRows(1, 1_281_167, 1000);
  expect(rows).toHaveLength(50_000);
  expect(rows.every((row, i) => i === 0 || row > (rows[i - 1] ?? 0))).toBe(true);
  const mean = rows.reduce((sum, row) => sum + row, 0) / rows.length;
  expect(Math.abs(mean / 1_281_167 - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / 50_000)); // five standard errors
  expect(outOfBagRows(1, 1_281_167, 1000)).toEqual(rows);
  expect(outOfBagRows(2, 1_281_167, 1000)).not.toEqual(rows);
});
