import { expect, test } from "vitest";
import fc from "fast-check";
import { accuracy, stagedAccuracy, topFiveAccuracy, winners } from "./staged-vote.ts";
import type { Voter } from "./voter.ts";

const sum: Voter = {
  vote: ({ logits, alphas }) =>
    Float64Array.from(logits[0] ?? [], (_, i) => logits.reduce((s, l, m) => s + (alphas[m] ?? 0) * (l[i] ?? 0), 0)),
};

test("a tie goes to the lower class", () => {
  expect(winners(Float32Array.of(1, 3, 3, 2, 2, 2), 3)).toEqual(Int32Array.of(1, 0));
});

test("accuracy is the share of rows whose winner is the label", () => {
  expect(accuracy(Float32Array.of(1, 0, 0, 1, 1, 0, 0, 1), Int32Array.of(0, 1, 1, 1))).toBe(0.75);
});

test("stages vote with the first members only, weighted by their alphas", () => {
  const logits = [Float32Array.of(1, 0), Float32Array.of(0, 2), Float32Array.of(0.5, 0)];
  expect(stagedAccuracy(sum, { logits, alphas: [1, 1, 4], classes: 2 }, Int32Array.of(0))).toEqual([1, 0, 1]);
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

test("stages may be measured by top-5", () => {
  const logits = [Float32Array.of(9, 8, 7, 6, 5, 1), Float32Array.of(0, 0, 0, 0, 0, 5)];
  const ballot = { logits, alphas: [1, 1], classes: 6 };
  expect(stagedAccuracy(sum, ballot, Int32Array.of(5), topFiveAccuracy)).toEqual([0, 1]);
});
