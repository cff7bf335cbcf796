/** Computes the next sample weights [n] from the current ones, which stay unchanged; not normalized. */
export type WeightRule = (round: {
  readonly sampleWeights: Float64Array;
  /** [n]: 1 if the member is wrong, 0 if it is right. */
  readonly wrong: Uint8Array;
  readonly alpha: number;
  readonly classes: number;
}) => Float64Array;

// Below, m = +1 where the member is wrong and −1 where it is right.

/**
 * AdaBoost's: `w·exp(α·m)`.
 * @see Zhu, Dong and Su, "Binary Ensemble Neural Network", CVPR 2019
 */
export const exponential: WeightRule = ({ sampleWeights, wrong, alpha }) =>
  sampleWeights.map((w, i) => w * Math.exp(alpha * margin(wrong, i)));

/** LogitBoost's, as in the reference: `1 / ((1/w − 1)·exp(−α·m) + 1)`, that is, logit(w) shifted by α·m, so 0 ≤ w ≤ 1. */
export const logit: WeightRule = ({ sampleWeights, wrong, alpha }) =>
  sampleWeights.map((w, i) => 1 / ((1 / w - 1) * Math.exp(-alpha * margin(wrong, i)) + 1));

/**
 * MildBoost's, as in the reference: the difference from 1 is updated, `u = (1 − w)·exp(−α·m)`, scaled to `u·(n/K)/Σ|u|`, and `w = 1 − u`.
 * From the second member on all weights are close to 1 − 1/K; one may be negative.
 */
export const mild: WeightRule = ({ sampleWeights, wrong, alpha, classes }) => {
  const rest = sampleWeights.map((w, i) => (1 - w) * Math.exp(-alpha * margin(wrong, i)));
  const scale = sampleWeights.length / classes / rest.reduce((sum, u) => sum + Math.abs(u), 0);
  return rest.map((u) => 1 - scale * u);
};

const margin = (wrong: Uint8Array, row: number): number => (wrong[row] ? 1 : -1);
