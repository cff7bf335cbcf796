import type { VoteName } from "./graph.ts";

/** The class of the highest value; the lower one on a tie. */
export function winnerOf(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}

/** Adds a member's vote to the scores: its alpha for its class (`hard`), alpha·logits (`soft`), alpha·probabilities (`softmax`). */
export function addVote(scores: Float64Array, logits: Float32Array, alpha: number, voter: VoteName): void {
  if (voter === "hard") {
    scores[winnerOf(logits)]! += alpha;
  } else if (voter === "soft") {
    for (const [i, logit] of logits.entries()) scores[i]! += alpha * logit;
  } else {
    const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
    const powers = Float64Array.from(logits, (logit) => Math.exp(logit - most));
    const sum = powers.reduce((a, b) => a + b, 0);
    for (const [i, power] of powers.entries()) scores[i]! += (alpha * power) / sum;
  }
}

/**
 * Whether the remaining members can no longer change the winner. A member with vote weight α changes the difference of two classes by at
 * most |α| in a hard or softmax vote; a soft vote of logits has no bound.
 * @param left the alphas of the members that have not run
 */
export function isDecided(scores: Float64Array, left: readonly number[], voter: VoteName): boolean {
  if (left.length === 0) return true;
  if (voter === "soft") return false;
  const most = left.reduce((sum, alpha) => sum + Math.abs(alpha), 0);
  // Integer alphas add up without rounding; otherwise a lead must also exceed the possible rounding error.
  const exact = voter === "hard" && [...left, ...scores].every((value) => Number.isInteger(value));
  const slack = exact ? 0 : 1e-9 * (most + scores.reduce((sum, score) => sum + Math.abs(score), 0));
  const best = winnerOf(scores);
  return scores.every((score, i) => {
    if (i === best) return true;
    const lead = (scores[best] as number) - score - most;
    return exact && best < i ? lead >= 0 : lead > slack;
  });
}
