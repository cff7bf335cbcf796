import { testVoter } from "@benn/core/testing";
import { expect, test } from "vitest";
import { softmaxVote } from "./softmax-vote.ts";

testVoter("softmax", () => softmaxVote);

test("probabilities are added, each times its member's alpha", () => {
  const logits = [Float32Array.of(Math.log(3), 0), Float32Array.of(0, Math.log(4))];
  const [first = 0, second = 0] = softmaxVote.vote({ logits, alphas: [1, 2], classes: 2 });
  expect(first).toBeCloseTo(3 / 4 + 2 / 5, 6);
  expect(second).toBeCloseTo(1 / 4 + 8 / 5, 6);
});

test("probabilities sum to alpha however large the logits are", () => {
  const scores = softmaxVote.vote({ logits: [Float32Array.of(3e38, -3e38, 3e38, 0)], alphas: [0.5], classes: 4 });
  expect([...scores]).toEqual([0.25, 0, 0.25, 0]);
});
