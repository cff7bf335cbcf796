import { testVoter } from "@benn/core/testing";
import { expect, test } from "vitest";
import { hardVote } from "./hard-vote.ts";

testVoter("hard", () => hardVote);

test("each member gives its alpha to its one class, the lower of two equal ones", () => {
  const logits = [Float32Array.of(9, 0, 0, 0, 1, 0), Float32Array.of(0, 2, 1, 0, 3, 0), Float32Array.of(-1, 4, 0, 2, 0, 2)];
  expect([...hardVote.vote({ logits, alphas: [1, 0.5, 0.25], classes: 3 })]).toEqual([1, 0.75, 0, 0.25, 1.5, 0]);
});
