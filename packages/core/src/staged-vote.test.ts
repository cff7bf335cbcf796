import { expect, test } from "vitest";
import fc from "fast-check";
import { accuracy, topFiveAccuracy, winners } from "./staged-vote.ts";

test("a tie goes to the lower class", () => {
  expect(winners(Float32Array.of(1, 3, 3, 2, 2, 2), 3)).toEqual(Int32Array.of(1, 0));
});

test("accuracy is the share of rows whose winner is the label", () => {
  expect(accuracy(Float32Array.of(1, 0, 0, 1, 1, 0, 0, 1), Int32Array.of(0, 1, 1, 1))).toBe(0.75);
});

test("top-5 accuracy is the share of rows whose label stands among the first five of the sorted classes", () => {
  const problem = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 14 })).chain(([rows, classes]) =>
    fc.record({
      // Few values, so that many scores are equal.
      scores: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: rows * classes, maxLength: rows * classes }),
      labels: fc.array(fc.integer({ min: 0, max: classes - 1 }), { minLength: rows, maxLength: rows }),
    }),
  );
  fc.assert(
    fc.property(problem, ({ scores, labels }) => {
      const classes = scores.length / labels.length;
      const right = labels.filter((label, row) => {
        const own = scores.slice(row * classes, (row + 1) * classes);
        const sorted = own.map((_, k) => k).toSorted((a, b) => (own[b] ?? 0) - (own[a] ?? 0) || a - b);
        return sorted.slice(0, 5).includes(label);
      });
      expect(topFiveAccuracy(Float64Array.from(scores), Int32Array.from(labels))).toBe(right.length / labels.length);
    }),
  );
});
