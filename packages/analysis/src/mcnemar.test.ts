import { expect, test } from "vitest";
import { answersOf } from "../test/answers.ts";
import { labels } from "../test/example-logits.ts";
import { mcnemar } from "./mcnemar.ts";
import { rightRows } from "./right-rows.ts";

/** Rows that only the first classifies correctly, only the second, and both. */
function pair(firstOnly: number, secondOnly: number, both = 5): [Uint8Array, Uint8Array] {
  const n = firstOnly + secondOnly + both;
  const first = Uint8Array.from({ length: n }, (_, row) => Number(row < firstOnly || row >= firstOnly + secondOnly));
  return [first, Uint8Array.from({ length: n }, (_, row) => Number(row >= firstOnly))];
}

test("the test is SciPy's binomial test of the rows that only one has right", () => {
  const found = mcnemar(rightRows(answersOf(0), labels), rightRows(answersOf(1), labels));
  expect(found).toEqual({ firstOnly: 8, secondOnly: 13, pValue: expect.closeTo(0.38331031799316406, 10) }); // reference.py
  for (const [fewer, more, p] of [
    [3, 7, 0.34375],
    [30, 50, 0.03299261842647619],
    [300, 400, 0.0001784763144856244],
  ] as const) {
    expect(mcnemar(...pair(fewer, more)).pValue / p).toBeCloseTo(1, 9);
    expect(mcnemar(...pair(more, fewer)).pValue / p).toBeCloseTo(1, 9);
  }
});

test("classifiers that are right on the same rows are not told apart", () => {
  expect(mcnemar(...pair(0, 0)).pValue).toBe(1);
  expect(mcnemar(...pair(4, 4)).pValue).toBe(1); // the middle counts for both tails
  expect(mcnemar(new Uint8Array(0), new Uint8Array(0))).toEqual({ firstOnly: 0, secondOnly: 0, pValue: 1 });
});

test("one that is better on very many rows has a probability that is small and no error", () => {
  const { pValue } = mcnemar(...pair(1000, 30_000));
  expect(pValue).toBeGreaterThanOrEqual(0);
  expect(pValue).toBeLessThan(1e-300);
});
