import type { EnsembleScheme } from "@benn/core";

/**
 * A deep ensemble: every member is trained and scored on all rows, and every member's vote weight is 1. Members differ only by their seeds:
 * initial weights, order of the rows, augmentation, dropout. No row is out of bag.
 *
 * `fresh`, because a member that starts from the previous one on the same rows would only continue the same training.
 * @see B. Lakshminarayanan, A. Pritzel and C. Blundell, "Simple and Scalable Predictive Uncertainty Estimation using Deep Ensembles",
 *   NeurIPS 2017, algorithm 1, without its adversarial examples
 */
export const deepEnsemble: EnsembleScheme = {
  independent: true,
  fresh: true,
  draw: ({ samples }) => ({ kind: "rows", rows: Int32Array.from({ length: samples }, (_, row) => row) }),
  next: ({ sampleWeights }) => ({ kind: "accept", alpha: 1, sampleWeights }),
};
