import { expect, test } from "vitest";
import { voteOutOfBag } from "./out-of-bag.ts";
import { accuracy } from "./staged-vote.ts";
import type { Voter } from "./voter.ts";

const sum: Voter = {
  vote: ({ logits, alphas }) =>
    Float64Array.from(logits[0] ?? [], (_, i) => logits.reduce((s, l, m) => s + (alphas[m] ?? 0) * (l[i] ?? 0), 0)),
};

const outOfBagAccuracy = (...args: Parameters<typeof voteOutOfBag>): number | undefined => {
  const votes = voteOutOfBag(...args);
  return votes && accuracy(votes.scores, votes.labels);
};

test("a row is voted on by the members that never drew it, and left out when all did", () => {
  // Three rows, two classes. Member 0 always predicts class 0, member 1 class 1.
  const logits = [Float32Array.of(1, 0, 1, 0, 1, 0), Float32Array.of(0, 1, 0, 1, 0, 1)];
  const drawn = [Uint8Array.of(0, 1, 1), Uint8Array.of(1, 0, 1)];
  const ballot = { logits, alphas: [1, 1], classes: 2 };
  expect(outOfBagAccuracy(sum, ballot, Int32Array.of(0, 1, 0), drawn)).toBe(1);
  expect(outOfBagAccuracy(sum, ballot, Int32Array.of(1, 1, 0), drawn)).toBe(0.5);
  expect(outOfBagAccuracy(sum, ballot, Int32Array.of(0, 1, 0), [Uint8Array.of(1, 1, 1), Uint8Array.of(1, 1, 1)])).toBeUndefined();
});

test("the alphas weigh the members that vote", () => {
  const logits = [Float32Array.of(1, 0), Float32Array.of(0, 1)];
  const drawn = [Uint8Array.of(0), Uint8Array.of(0)];
  expect(outOfBagAccuracy(sum, { logits, alphas: [1, 3], classes: 2 }, Int32Array.of(1), drawn)).toBe(1);
  expect(outOfBagAccuracy(sum, { logits, alphas: [3, 1], classes: 2 }, Int32Array.of(1), drawn)).toBe(0);
});
