import { type LoweredVote, UserError } from "@benn/core";
import { softmaxVote } from "@benn/vote";
import { expect, test } from "vitest";
import { lowerVote } from "./lower-vote.ts";

test("a voter's vote is the one that it lowers to, with the alphas that it gives", () => {
  expect(lowerVote({ name: "softmax", voter: softmaxVote }, [1, 0.5])).toEqual({ vote: "softmax", alphas: [1, 0.5] });
});

test("a voter that does not lower is refused by name", () => {
  expect(() => lowerVote({ name: "median", voter: { vote: () => new Float64Array() } }, [1])).toThrow(
    'export: the voter "median" has no lower method, so a packed model cannot take its vote. ' +
      "Give it one (docs/packed.md), or choose another: hard, soft, softmax.",
  );
});

test("every vote that a file knows is lowered to", () => {
  for (const vote of ["hard", "soft", "softmax"] as const)
    expect(lowerVote({ name: "own", voter: { vote: () => new Float64Array(), lower: (alphas) => ({ vote, alphas }) } }, [2]).vote).toBe(
      vote,
    );
});

const map = { weights: Float32Array.of(1, 2), bias: Float32Array.of(0, 0) };

test("maps of its members' logits are lowered to", () => {
  const lowered: LoweredVote = { vote: "soft", alphas: [1, 1], maps: [map, map] };
  expect(lowerVote({ name: "own", voter: { vote: () => new Float64Array(), lower: () => lowered } }, [1, 1])).toBe(lowered);
});

test.for<[string, unknown]>([
  ["a vote that no file knows", { vote: "median", alphas: [1, 1] }],
  ["nothing", undefined],
  ["too many alphas", { vote: "soft", alphas: [1, 1, 1] }],
  ["too few alphas", { vote: "soft", alphas: [1] }],
  ["a map too few", { vote: "soft", alphas: [1, 1], maps: [map] }],
  ["maps of a vote that is not soft", { vote: "hard", alphas: [1, 1], maps: [map, map] }],
  ["a map with NaN", { vote: "soft", alphas: [1, 1], maps: [map, { ...map, bias: Float32Array.of(Number.NaN, 0) }] }],
  ["an alpha that is no number", { vote: "soft", alphas: [1, Number.NaN] }],
])("a voter that lowers to %s is refused by name", ([, lowered]) => {
  const voter = { vote: () => new Float64Array(), lower: () => lowered as LoweredVote };
  expect(() => lowerVote({ name: "odd", voter }, [1, 1])).toThrow(
    /^export: the voter "odd" lowers to .* for 2 members\. Let it give one of hard, soft, softmax/,
  );
  expect(() => lowerVote({ name: "odd", voter }, [1, 1])).toThrow(UserError);
});
