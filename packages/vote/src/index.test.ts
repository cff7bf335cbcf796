import { createContainer, VOTERS } from "@benn/core";
import { expect, test } from "vitest";
import plugin, { hardVote, softmaxVote, softVote } from "./index.ts";

test("the votes are registered by name", () => {
  const container = createContainer();
  void plugin.register(container);
  expect(plugin.name).toBe("@benn/vote");
  expect(container.resolve(VOTERS).names()).toEqual(["hard", "soft", "softmax", "stacking"]);
  const ballot = { logits: [Float32Array.of(1, 3, 2, 0), Float32Array.of(4, 0, 1, 1)], alphas: [0.5, 2], classes: 2 };
  for (const [name, voter] of Object.entries({ hard: hardVote, soft: softVote, softmax: softmaxVote }))
    expect(container.resolve(VOTERS).create(name).vote(ballot)).toEqual(voter.vote(ballot));
});

test("an ensemble that has no members yet has no scores", () => {
  for (const voter of [hardVote, softVote, softmaxVote])
    expect(voter.vote({ logits: [], alphas: [], classes: 3 })).toEqual(new Float64Array());
});
