import { createContainer, VOTERS } from "@benn/core";
import { testVoter } from "@benn/core/testing";
import { expect, test } from "vitest";
import plugin, { hardVote, softmaxVote, softVote } from "./index.ts";

testVoter("hard", () => hardVote);
testVoter("soft", () => softVote);
testVoter("softmax", () => softmaxVote);

// Two rows, three classes. The first member is the louder, the third has no clear favourite in row 1.
const ballot = {
  logits: [Float32Array.of(9, 0, 0, 0, 1, 0), Float32Array.of(0, 2, 1, 0, 3, 0), Float32Array.of(-1, 4, 0, 2, 0, 2)],
  alphas: [1, 0.5, 0.25],
  classes: 3,
};

test("a hard vote gives each member's alpha to its one class, the lower of two equal ones", () => {
  expect([...hardVote.vote(ballot)]).toEqual([1, 0.75, 0, 0.25, 1.5, 0]);
});

test("a soft vote adds logits times alpha", () => {
  expect([...softVote.vote(ballot)]).toEqual([8.75, 2, 0.5, 0.5, 2.5, 0.5]);
});

test("a softmax vote adds probabilities times alpha", () => {
  const scores = softmaxVote.vote({
    logits: [Float32Array.of(Math.log(3), 0), Float32Array.of(0, Math.log(4))],
    alphas: [1, 2],
    classes: 2,
  });
  expect([...scores].map((score) => Number(score.toFixed(6)))).toEqual(
    [3 / 4 + 2 / 5, 1 / 4 + 8 / 5].map((score) => Number(score.toFixed(6))),
  );
});

test("probabilities sum to alpha however large the logits are", () => {
  const scores = softmaxVote.vote({ logits: [Float32Array.of(3e38, -3e38, 3e38, 0)], alphas: [0.5], classes: 4 });
  expect([...scores]).toEqual([0.25, 0, 0.25, 0]);
});

test("the three are registered by name", () => {
  const container = createContainer();
  void plugin.register(container);
  expect(container.resolve(VOTERS).names()).toEqual(["hard", "soft", "softmax"]);
  expect(container.resolve(VOTERS).create("softmax")).toBe(softmaxVote);
});
