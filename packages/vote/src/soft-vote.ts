import type { Voter } from "@benn/core";

/**
 * Soft vote on raw logits, in which a confident member may outweigh the others: what the reference calls soft max vote, and the best one in
 * its published runs.
 *
 * `score[i, c] = Σ_m alpha[m] · logits[m, i, c]`
 *
 * @see Zhu, Dong and Su, "Binary Ensemble Neural Network", CVPR 2019
 */
export const softVote: Voter = {
  vote({ logits, alphas }) {
    const scores = new Float64Array(logits[0]?.length ?? 0);
    for (const [member, own] of logits.entries()) {
      const alpha = alphas[member]!;
      for (let at = 0; at < own.length; at++) scores[at]! += alpha * own[at]!;
    }
    return scores;
  },
  lower: (alphas) => ({ vote: "soft", alphas }),
};
