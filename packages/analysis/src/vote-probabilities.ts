import type { LoweredVote } from "@benn/core";

/** Scores whose `softmax(scores / temperature)` are probabilities. */
export interface Tempered {
  readonly scores: Float64Array;
  readonly temperature: number;
}

/**
 * The uncalibrated probabilities of a vote: for a vote of logits the softmax of the members' weighted mean logits, for a vote of classes or
 * of probabilities each class's share of the vote weights; for any other vote the softmax of its scores.
 * @param scores [rows, classes] of the vote
 * @param lowered the kind of vote, if known
 */
export function voteProbabilities(scores: Float64Array, lowered: LoweredVote | undefined): Tempered {
  const total = lowered?.alphas.reduce((sum, alpha) => sum + Math.abs(alpha), 0) ?? 0;
  if (!lowered || !(total > 0)) return { scores, temperature: 1 };
  if (lowered.maps) return { scores, temperature: 1 }; // log-probabilities but for a constant: they were fitted as such
  if (lowered.vote === "soft") return { scores, temperature: total };
  // A member that is worse than chance subtracts votes: then there are no shares.
  if (lowered.alphas.some((alpha) => alpha < 0)) return { scores, temperature: 1 };
  return { scores: scores.map((score) => Math.log(Math.max(0, score / total))), temperature: 1 };
}
