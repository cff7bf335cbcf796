import { testVoter } from "@benn/core/testing";
import { expect, test } from "vitest";
import { myVoter } from "./index.ts";

testVoter("my-voter", () => myVoter);

test("ranks count, however far logits are apart", () => {
  const logits = [Float32Array.of(100, 2, 1), Float32Array.of(0, 2, 1), Float32Array.of(0, 2, 1)];
  expect([...myVoter.vote({ logits, alphas: [1, 1, 1], classes: 3 })]).toEqual([2, 5, 2]);
});
