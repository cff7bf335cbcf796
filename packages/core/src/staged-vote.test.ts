import { expect, test } from "vitest";
import { accuracy, stagedAccuracy, winners } from "./staged-vote.ts";
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
