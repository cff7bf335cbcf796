import type { Voter } from "@benn/core";

/**
 * Vote on probabilities: members with the same alpha have the same influence on every row, however large their logits.
 *
 * `score[i, c] = Σ_m alpha[m] · exp(logits[m, i, c]) / Σ_k exp(logits[m, i, k])`
 *
 * @see Zhou, "Ensemble Methods: Foundations and Algorithms", 2012, section 4.3.4 (soft voting)
 */
export const softmaxVote: Voter = {
  vote({ logits, alphas, classes }) {
    const scores = new Float64Array(logits[0]?.length ?? 0);
    const powers = new Float64Array(classes);
    for (const [member, own] of logits.entries()) {
      for (let row = 0; row < own.length; row += classes) {
        // The row's maximum is subtracted first: every exponential is then at most 1 and their sum at least 1, whatever the logits.
        let max = -Infinity;
        for (let c = 0; c < classes; c++) max = Math.max(max, own[row + c]!);
        let sum = 0;
        for (let c = 0; c < classes; c++) sum += powers[c] = Math.exp(own[row + c]! - max);
        for (let c = 0; c < classes; c++) scores[row + c]! += (alphas[member]! * powers[c]!) / sum;
      }
    }
    return scores;
  },
  lower: (alphas) => ({ vote: "softmax", alphas }),
};
