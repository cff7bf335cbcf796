import type { Voter } from "@benn/core";

/**
 * Majority vote: each member gives its alpha to one class, that of its highest logit (the lower class on a tie).
 *
 * `score[i, c] = Σ_m alpha[m] · [c = argmax logits[m, i]]`
 *
 * @see Zhu, Dong and Su, "Binary Ensemble Neural Network", CVPR 2019
 */
export const hardVote: Voter = {
  vote({ logits, alphas, classes }) {
    const scores = new Float64Array(logits[0]?.length ?? 0);
    for (const [member, own] of logits.entries()) {
      for (let row = 0; row < own.length; row += classes) {
        let best = row;
        for (let at = row + 1; at < row + classes; at++) if (own[at]! > own[best]!) best = at;
        scores[best]! += alphas[member]!;
      }
    }
    return scores;
  },
  lower: (alphas) => ({ vote: "hard", alphas }),
};
