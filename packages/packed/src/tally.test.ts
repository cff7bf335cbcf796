import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { VoteName } from "./graph.ts";
import { addVote, isDecided, winnerOf } from "./tally.ts";

const tally = (votes: readonly (readonly [alpha: number, logits: readonly number[]])[], voter: VoteName): Float64Array => {
  const scores = new Float64Array(votes[0]?.[1].length ?? 0);
  for (const [alpha, logits] of votes) addVote(scores, Float32Array.from(logits), alpha, voter);
  return scores;
};

describe("votes worked by hand", () => {
  const votes = [
    [1, [2, 1, 0]],
    [0.5, [0, 3, 1]],
    [-1, [5, 0, 0]],
  ] as const;
  test("hard: each alpha to the member's class", () => expect([...tally(votes, "hard")]).toEqual([0, 0.5, 0]));
  test("soft: alpha times logits", () => expect([...tally(votes, "soft")]).toEqual([-3, 2.5, 0.5]));
  test("softmax: alpha times probabilities", () => {
    const scores = tally(votes.slice(0, 1), "softmax");
    const sum = Math.exp(2) + Math.exp(1) + 1;
    for (const [i, power] of [Math.exp(2), Math.exp(1), 1].entries()) expect(scores[i]).toBeCloseTo(power / sum, 12);
  });
  test("logits too large for a power of e do not overflow", () => expect([...tally([[1, [1000, 0]]], "softmax")]).toEqual([1, 0]));
  test("the lower class wins a tie", () => expect(winnerOf([0, 2, 2])).toBe(1));
});

describe("once decided, no votes of the members left change the winner:", () => {
  const alpha = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -2, max: 2, noNaN: true }));
  const logits = fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 3, maxLength: 3 });
  test.for<VoteName>(["hard", "softmax"])("%s", (voter) => {
    let early = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(alpha, logits), { minLength: 1, maxLength: 8 }), fc.nat(7), fc.nat(), (votes, cut, seed) => {
        const first = votes.slice(0, cut % votes.length);
        const left = votes.slice(first.length);
        const scores = tally(first, voter);
        if (
          first.length === 0 ||
          !isDecided(
            scores.length > 0 ? scores : new Float64Array(3),
            left.map(([own]) => own),
            voter,
          )
        )
          return;
        early++;
        // The worst case for the remaining members: all against the winner, for every rival in turn, or anything at all.
        const winner = winnerOf(scores);
        for (let rival = 0; rival < 3; rival++) {
          const worst = left.map(([own]) => [own, [0, 1, 2].map((i) => (i === (own > 0 ? rival : winner) ? 500 : 0))] as const);
          expect(winnerOf(tally([...first, ...worst], voter))).toBe(winner);
        }
        const any = left.map(([own, values], i) => [own, values.map((value, k) => (value * ((seed >> (i + k)) % 5)) % 7)] as const);
        expect(winnerOf(tally([...first, ...any], voter))).toBe(winner);
      }),
      { numRuns: 3000 },
    );
    expect(early).toBeGreaterThan(100);
  });
});

test("a lead of exactly what is left decides for the lower class alone", () => {
  expect(isDecided(Float64Array.of(2, 1, 0), [1], "hard")).toBe(true);
  expect(isDecided(Float64Array.of(1, 2, 0), [1], "hard")).toBe(false);
  expect(isDecided(Float64Array.of(1, 3, 0), [1, -1], "hard")).toBe(false);
});

test("alphas that are not whole decide only with a lead beyond rounding", () => {
  expect(isDecided(Float64Array.of(0.3, 0.1 + 0.1, 0), [0.1], "hard")).toBe(false);
  expect(isDecided(Float64Array.of(0.5, 0.1 + 0.1, 0), [0.1], "hard")).toBe(true);
});

test("a soft vote is never decided early, and an ended vote always is", () => {
  expect(isDecided(Float64Array.of(1e9, 0), [1e-9], "soft")).toBe(false);
  expect(isDecided(Float64Array.of(0, 0), [], "soft")).toBe(true);
});
