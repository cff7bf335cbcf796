import type { EnsembleScheme } from "@benn/core";

/**
 * Bagging: member k is trained and scored on n rows drawn once with replacement; every member's vote weight is 1. About n/e rows are never
 * drawn and give the out-of-bag score.
 * @see Breiman, "Bagging predictors", Machine Learning 24, 1996
 * @see Zhu, Dong and Su, "Binary Ensemble Neural Network", CVPR 2019
 */
export const bagging: EnsembleScheme = {
  outOfBag: true,
  independent: true,
  draw({ samples, random }) {
    const source = random("member");
    return { kind: "rows", rows: Int32Array.from({ length: samples }, () => source.integer(samples)) };
  },
  next: ({ sampleWeights }) => ({ kind: "accept", alpha: 1, sampleWeights }),
};
