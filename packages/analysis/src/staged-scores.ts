import type { Ballot, Voter } from "@benn/core";
import { addsUp } from "./adds-up.ts";

/** Rows on which a vote is tested for being a sum. */
const TRIED_ROWS = 64;

/**
 * Scores [rows, classes] of the vote of the first 1, 2, … members, one after the other; an array is valid until the next one is requested.
 * If the vote declares to be a sum, and is one at every stage on the first rows, its scores are computed by adding each member's: identical
 * to the last bit, with m votes of one member instead of m(m + 1)/2.
 * @param voters one per stage, fitted if it learns
 */
export function* stagedScores(voters: readonly Voter[], ballot: Ballot): Generator<Float64Array> {
  const last = voters.at(-1);
  if (!last) return;
  const tried = { ...ballot, logits: ballot.logits.map((own) => own.subarray(0, TRIED_ROWS * ballot.classes)) };
  if (!addsUp(last, ballot.alphas) || !isSum(voters, tried)) {
    for (const [k, voter] of voters.entries()) yield voter.vote(membersOf(ballot, 0, k + 1));
    return;
  }
  yield* sums(last, ballot);
}

function* sums(voter: Voter, ballot: Ballot): Generator<Float64Array> {
  const total = new Float64Array(ballot.logits[0]!.length);
  for (const k of ballot.logits.keys()) {
    const own = voter.vote(membersOf(ballot, k, k + 1));
    for (let i = 0; i < total.length; i++) total[i]! += own[i]!;
    yield total;
  }
}

function isSum(voters: readonly Voter[], ballot: Ballot): boolean {
  let k = 0;
  for (const sum of sums(voters.at(-1)!, ballot)) {
    const voted = voters[k]!.vote(membersOf(ballot, 0, k + 1));
    if (!voted.every((score, i) => score === sum[i])) return false;
    k += 1;
  }
  return true;
}

function membersOf({ logits, alphas, classes }: Ballot, from: number, to: number): Ballot {
  return { logits: logits.slice(from, to), alphas: alphas.slice(from, to), classes };
}
