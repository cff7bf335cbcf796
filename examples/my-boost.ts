// Your own boosting scheme, in the ten lines of its idea: SAMME.R, where what counts is not whether a member is right
// but how sure it is of the right class. Try it with
//
//     benn train --plugin ./examples/my-boost.ts --set scheme=my-boost
//
// It is algorithm 4 of Zhu, Zou, Rosset and Hastie, "Multi-class AdaBoost", Statistics and Its Interface 2, 2009,
//
//     w ← w·exp(−(K−1)/K · Σ_k y_k·log p_k),   y_k = 1 for the true class and −1/(K−1) for the others,
//
// which, written in logits, shrinks to w·exp(mean of the row's logits − logit of its true class). All members have the
// same vote weight, and `voter: soft` adds up exactly the scores that the paper adds up.
import { definePlugin, type EnsembleScheme, SCHEMES, z } from "@benn/core";

export const myBoost = (rate: number): EnsembleScheme => ({
  // Core has trained the member and run it on every training row: what is its vote weight, and which rows count now? The first member sees
  // all rows alike, and each epoch draws rows by their weights: both are what a scheme does that does not say otherwise.
  next({ sampleWeights, labels, classes, logits }) {
    const scores = logits(); // [n, classes]
    const powers = sampleWeights.map((w, row) => {
      const own = scores.subarray(row * classes, (row + 1) * classes);
      return Math.log(w) + rate * (own.reduce((sum, score) => sum + score, 0) / classes - own[labels[row]!]!);
    });
    // Core normalises for the draw, so any factor will do: this one keeps the largest weight at 1, whatever the logits.
    const largest = powers.reduce((a, b) => Math.max(a, b));
    return { kind: "accept", alpha: 1, sampleWeights: powers.map((power) => Math.exp(power - largest)) };
  },
});

export default definePlugin({
  name: "my-boost",
  register(container) {
    container.resolve(SCHEMES).add("my-boost", {
      description: "SAMME.R: rows weigh by how sure the member is of their class",
      // Options of the scheme, checked and listed for the user: --set scheme.name=my-boost scheme.rate=0.5
      options: z.object({ rate: z.number().positive().default(1).describe("how far one member moves the weights") }),
      create: ({ rate }) => myBoost(rate),
    });
  },
});
