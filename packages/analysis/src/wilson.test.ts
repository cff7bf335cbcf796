import { expect, test } from "vitest";
import { wilson } from "./wilson.ts";

test("Wilson's interval has the published limits, and stays within 0 and 1", () => {
  // Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
  const rows = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const;
  for (const [hits, of, low, high] of rows) {
    const [from, to] = wilson(hits, of);
    expect(from).toBeCloseTo(low, 4);
    expect(to).toBeCloseTo(high, 4);
  }
  expect(wilson(81, 263)[0]).toBeCloseTo(0.2552885198782742, 12); // reference.py
  expect(wilson(20, 20)[1]).toBeCloseTo(1, 12);
  expect(wilson(20, 20)[1]).toBeLessThanOrEqual(1);
  expect(wilson(0, 0)).toEqual([0, 1]);
});
