import { testVoter } from "@benn/core/testing";
import { expect, test } from "vitest";
import { softVote } from "./soft-vote.ts";

testVoter("soft", () => softVote);

test("logits are added, each times its member's alpha", () => {
  const logits = [Float32Array.of(9, 0, 0, 0, 1, 0), Float32Array.of(0, 2, 1, 0, 3, 0), Float32Array.of(-1, 4, 0, 2, 0, 2)];
  expect([...softVote.vote({ logits, alphas: [1, 0.5, 0.25], classes: 3 })]).toEqual([8.75, 2, 0.5, 0.5, 2.5, 0.5]);
});
