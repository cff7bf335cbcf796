import { expect, test } from "vitest";
import { sampleOf } from "./sample.ts";

const all = Array.from({ length: 12 }, (_, i) => i);

test("a sample has the size asked for, no element twice, and is the same for a seed", () => {
  const sample = sampleOf(all, 5, 3);
  expect(new Set(sample).size).toBe(5);
  expect(sample).toEqual(sampleOf(all, 5, 3));
  expect(sample).not.toEqual(sampleOf(all, 5, 4));
  expect(sampleOf(all, 40, 1)).toEqual(all);
});

test("every element is drawn equally often over the seeds", () => {
  const counts = new Map<number, number>();
  for (let seed = 0; seed < 2000; seed++) for (const one of sampleOf(all, 3, seed)) counts.set(one, (counts.get(one) ?? 0) + 1);
  for (const one of all) expect(Math.abs((counts.get(one) ?? 0) - 500)).toBeLessThan(100); // five standard deviations
});
