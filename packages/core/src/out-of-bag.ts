import type { Ballot, Voter } from "./voter.ts";

/** What the members that never saw a row make of it. */
export interface OutOfBag {
  /** [rows, classes] of the rows that some member never saw. */
  readonly scores: Float64Array;
  /** [rows] */
  readonly labels: Int32Array;
}

/**
 * The votes on the ensemble's own training rows, each by the members alone that never saw it.
 * @param seen one a member: 1 where it may have seen the row, itself or in the weights that it started from, [n]
 * @returns undefined while every row was seen by every member
 * @see L. Breiman, "Out-of-bag estimation", 1996
 */
export function voteOutOfBag(voter: Voter, ballot: Ballot, labels: Int32Array, seen: readonly Uint8Array[]): OutOfBag | undefined {
  const { classes } = ballot;
  const scores = new Float64Array(labels.length * classes);
  const counted = new Int32Array(labels.length);
  let count = 0;
  for (const [row, label] of labels.entries()) {
    const members = seen.flatMap((rows, member) => (rows[row] === 0 ? [member] : []));
    if (members.length === 0) continue;
    const own = voter.vote({
      classes,
      logits: members.map((member) => (ballot.logits[member] ?? new Float32Array(0)).subarray(row * classes, (row + 1) * classes)),
      alphas: members.map((member) => ballot.alphas[member] ?? 0),
    });
    scores.set(own, count * classes);
    counted[count++] = label;
  }
  return count > 0 ? { scores: scores.subarray(0, count * classes), labels: counted.subarray(0, count) } : undefined;
}
