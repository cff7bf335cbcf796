import type { EnsembleScheme } from "@benn/core";

/**
 * A deep ensemble: every member trains, and is scored, on all rows, and every member's vote weight is 1. Members differ by their seeds
 * alone: initial weights, order of the rows, augmentation, dropout. No row stays out of the bag.
 *
 * `fresh`, since a member that goes on from the one before on the same rows is the same training continued, and no ensemble.
 * @see B. Lakshminarayanan, A. Pritzel and C. Blundell, "Simple and Scalable Predictive Uncertainty Estimation using Deep Ensembles",
 * NeurIPS 2017, algorithm 1, without its adversarial examples
 */
export const deepEnsemble: EnsembleScheme = {
  independent: true,
  fresh: true,
  draw: ({ samples }) => ({ kind: "rows", rows: Int32Array.from({ length: samples }, (_, row) => row) }),
  next: ({ sampleWeights }) => ({ kind: "accept", alpha: 1, sampleWeights }),
};
