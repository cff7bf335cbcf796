import { winners } from "./staged-vote.ts";
import type { Ballot, Voter } from "./voter.ts";

/**
 * Accuracy of the ensemble on its own training rows, each voted on only by the members that never saw it.
 * @param seen one a member: 1 where it may have seen the row, itself or in the weights that it started from, [n]
 * @returns in [0, 1]; undefined while every row was seen by every member
 * @see L. Breiman, "Out-of-bag estimation", 1996
 */
export function outOfBagAccuracy(voter: Voter, ballot: Ballot, labels: Int32Array, seen: readonly Uint8Array[]): number | undefined {
  const { classes } = ballot;
  let counted = 0;
  let right = 0;
  for (let row = 0; row < labels.length; row++) {
    const members = seen.flatMap((rows, member) => (rows[row] === 0 ? [member] : []));
    if (members.length === 0) continue;
    const scores = voter.vote({
      classes,
      logits: members.map((member) => (ballot.logits[member] ?? new Float32Array(0)).subarray(row * classes, (row + 1) * classes)),
      alphas: members.map((member) => ballot.alphas[member] ?? 0),
    });
    counted += 1;
    if (winners(scores, classes)[0] === labels[row]) right += 1;
  }
  return counted > 0 ? right / counted : undefined;
}
