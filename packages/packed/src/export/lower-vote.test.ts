import { type LoweredVote, UserError } from "@benn/core";
import { softmaxVote } from "@benn/vote";
import { expect, test } from "vitest";
import { lowerVote } from "./lower-vote.ts";

test("a voter's vote is the one that it lowers to, with the alphas that it gives", () => {
  expect(lowerVote({ name: "softmax", voter: softmaxVote }, [1, 0.5])).toEqual({ vote: "softmax", alphas: [1, 0.5] });
});

test.for<[string, unknown]>([
  ["a vote that no file knows", { vote: "median", alphas: [1, 1] }],
  ["nothing", undefined],
  ["too many alphas", { vote: "soft", alphas: [1, 1, 1] }],
  ["too few alphas", { vote: "soft", alphas: [1] }],
  ["an alpha that is no number", { vote: "soft", alphas: [1, Number.NaN] }],
])("a voter that lowers to %s is refused by name", ([, lowered]) => {
  const voter = { vote: () => new Float64Array(), lower: () => lowered as LoweredVote };
  expect(() => lowerVote({ name: "odd", voter }, [1, 1])).toThrow(
    /^export: the voter "odd" lowers to .* for 2 members\. Let it give one of hard, soft, softmax/,
  );
  expect(() => lowerVote({ name: "odd", voter }, [1, 1])).toThrow(UserError);
});
