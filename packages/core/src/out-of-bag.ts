import type { Ballot, Voter } from "./voter.ts";

/** The votes on rows by members that never saw them. */
export interface OutOfBag {
  /** [rows, classes]; the rows that at least one member never saw. */
  readonly scores: Float64Array;
  /** [rows] */
  readonly labels: Int32Array;
}

/**
 * Votes on the ensemble's own training rows, where each row is classified only by members that never saw it.
 * @param voter a voter that learns nothing, because it votes with subsets of the members
 * @param seen one array [n] per member: 1 if it may have seen the row, itself or through the weights that it started from
 * @returns undefined if every member may have seen every row
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
