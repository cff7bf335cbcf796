/** A share of rows that is answered, and its error rate. */
export interface RiskAtCoverage {
  /** Share of rows that are answered: those with the highest confidence. */
  readonly coverage: number;
  /** Share of wrong predictions among them. */
  readonly risk: number;
  /** The lowest confidence of an answered row. */
  readonly confidence: number;
}

export interface RiskCoverage {
  /**
   * Mean of the risk over all coverages 1/n, 2/n … 1; lower values mean that confidence separates wrong predictions better. NaN if there
   * are no rows.
   */
  readonly area: number;
  readonly points: readonly RiskAtCoverage[];
}

/**
 * Risk by coverage of a classifier that answers only if it is confident. Rows with the same confidence have no order: their errors are
 * spread evenly, so that the order of the rows has no effect.
 * @param confidence [rows]
 * @param right [rows], 1 where the prediction is right
 * @param points at coverages 1/points, 2/points … 1; default 20
 * @see Geifman and El-Yaniv, "Selective Classification for Deep Neural Networks", NeurIPS 2017; the area (AURC) is from Geifman, Uziel and
 *   El-Yaniv,
 *   "Bias-Reduced Uncertainty Estimation for Deep Neural Classifiers", ICLR 2019
 */
export function riskCoverage(confidence: Float64Array, right: Uint8Array, points = 20): RiskCoverage {
  const n = confidence.length;
  const order = Int32Array.from({ length: n }, (_, row) => row).toSorted((a, b) => confidence[b]! - confidence[a]!);
  const risks = new Float64Array(n);
  let wrongBefore = 0;
  for (let from = 0, to = 0; from < n; from = to) {
    let wrong = 0;
    for (to = from; to < n && confidence[order[to]!] === confidence[order[from]!]; to++) wrong += Number(right[order[to]!] === 0);
    for (let i = from; i < to; i++) risks[i] = (wrongBefore + (wrong * (i + 1 - from)) / (to - from)) / (i + 1);
    wrongBefore += wrong;
  }
  const at = Array.from({ length: n === 0 ? 0 : points }, (_, i) => Math.max(1, Math.round(((i + 1) / points) * n)) - 1);
  return {
    area: risks.reduce((sum, risk) => sum + risk, 0) / n,
    points: [...new Set(at)].map((i) => ({ coverage: (i + 1) / n, risk: risks[i]!, confidence: confidence[order[i]!]! })),
  };
}
