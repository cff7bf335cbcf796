import type { Ballot, Voter } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { hardVote, softmaxVote, softVote } from "@benn/vote";
import { expect, test } from "vitest";
import { addsUp } from "./adds-up.ts";
import { stagedScores } from "./staged-scores.ts";

const [MEMBERS, ROWS, CLASSES] = [6, 100, 3];
const random = createRandom(1, "staged");
const ballot: Ballot = {
  logits: Array.from({ length: MEMBERS }, () => Float32Array.from({ length: ROWS * CLASSES }, () => random.normal())),
  alphas: Array.from({ length: MEMBERS }, () => random.normal()),
  classes: CLASSES,
};
const first = (k: number): Ballot => ({ ...ballot, logits: ballot.logits.slice(0, k), alphas: ballot.alphas.slice(0, k) });

/** A voter that counts the rows of members that it is called with. */
function counted(voter: Voter): { readonly voter: Voter; rows: number } {
  const count = {
    rows: 0,
    voter: { ...voter, vote: (own: Ballot) => ((count.rows += own.logits.length * own.logits[0]!.length), voter.vote(own)) },
  };
  return count;
}

test.for(Object.entries({ hardVote, softVote, softmaxVote }))(
  "%s by stages is the vote of the first members to the last bit, in one vote a member",
  ([, vote]) => {
    const count = counted(vote);
    const stages = [
      ...stagedScores(
        Array.from({ length: MEMBERS }, () => count.voter),
        ballot,
      ),
    ].length;
    expect(stages).toBe(MEMBERS);
    // Each member once on all rows; on the first 64 also once, and with all before it.
    expect(count.rows / CLASSES).toBe(MEMBERS * ROWS + (MEMBERS + 21) * 64);
    let k = 0;
    for (const scores of stagedScores(
      Array.from({ length: MEMBERS }, () => vote),
      ballot,
    ))
      expect(scores).toEqual(vote.vote(first(++k)));
  },
);

test("a vote that does not add up, or does not say so, is taken of all first members at each stage", () => {
  const product: Voter = { ...softVote, vote: (own) => softVote.vote(own).map((score) => score / own.logits.length) };
  const { lower: _lower, ...silent } = softVote;
  for (const voter of [product, silent]) {
    let k = 0;
    for (const scores of stagedScores(
      Array.from({ length: MEMBERS }, () => voter),
      ballot,
    ))
      expect(scores).toEqual(voter.vote(first(++k)));
    expect(k).toBe(MEMBERS);
  }
  expect([...stagedScores([], { ...ballot, logits: [], alphas: [] })]).toEqual([]);
});

test("a vote adds up if it learns nothing and is packed with the weights that it is given", () => {
  expect(addsUp(softVote, [1, -2])).toBe(true);
  expect(addsUp({ ...softVote, fit: () => {} }, [1, 2])).toBe(false);
  expect(addsUp({ ...softVote, lower: () => ({ vote: "soft", alphas: [1, 1] }) }, [1, 2])).toBe(false);
  expect(addsUp({ ...softVote, lower: () => ({ vote: "soft", alphas: [1] }) }, [1, 2])).toBe(false);
});
