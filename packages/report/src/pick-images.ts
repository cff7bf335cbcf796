import type { Confusion, FinalAnswers } from "@benn/analysis";

const CONFUSIONS = 8;
const EXAMPLES = 4;
const DISPUTED = 12;

/** Rows that a report shows. */
export interface PickedImages {
  readonly confusions: readonly (Confusion & { readonly examples: readonly number[] })[];
  /** Those for which the fewest members agree with the vote, the most disputed first. */
  readonly disputed: readonly number[];
}

/** Chooses the images to show: the first few of each of the most frequent confusions, and those with the least agreement of members. */
export function pickImages({ labels, predicted, members }: FinalAnswers, confusions: readonly Confusion[]): PickedImages {
  const rows = Array.from(labels.keys());
  const agreeing = rows.map((row) => members.reduce((sum, own) => sum + Number(own[row] === predicted[row]), 0));
  return {
    confusions: confusions.slice(0, CONFUSIONS).map((confusion) => ({
      ...confusion,
      examples: rows.filter((row) => labels[row] === confusion.label && predicted[row] === confusion.predicted).slice(0, EXAMPLES),
    })),
    disputed: rows
      .filter((row) => agreeing[row]! < members.length)
      .toSorted((a, b) => agreeing[a]! - agreeing[b]! || a - b)
      .slice(0, DISPUTED),
  };
}
