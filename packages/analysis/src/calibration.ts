/** Rows whose highest probability is in (low, high]; the first bin includes 0. */
export interface CalibrationBin {
  readonly low: number;
  readonly high: number;
  readonly rows: number;
  /** Mean of the rows' highest probabilities; NaN if there are no rows. */
  readonly confidence: number;
  /** Share of rows whose most probable class is the label; NaN if there are no rows. */
  readonly accuracy: number;
}

/** How far probabilities can be trusted. Each number is a mean over the rows, NaN if there are none. */
export interface Calibration {
  /** Negative log likelihood of the labels, in nats. Probabilities below 2⁻⁵² count as 2⁻⁵², so that it is finite. */
  readonly negativeLogLikelihood: number;
  /** `Σ_k (p_k − [k = label])²`, over all classes as Brier defined it: in [0, 2]. */
  readonly brier: number;
  /** `Σ_bins rows/n · |accuracy − confidence|`, in [0, 1]. */
  readonly expectedCalibrationError: number;
  /** Of equal width, over [0, 1]. */
  readonly bins: readonly CalibrationBin[];
}

export interface CalibrationOptions {
  /** Default 1. */
  readonly temperature?: number;
  /** Number of bins, default 15. */
  readonly bins?: number;
}

/**
 * Compares the probabilities `softmax(scores / temperature)` with the labels. To measure given probabilities, pass their logarithms (−∞ for
 * 0).
 * @param scores [rows, classes]
 * @param labels [rows]
 * @see Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017, equations 3 and 4
 * @see G. W. Brier, "Verification of forecasts expressed in terms of probability", 1950
 */
export function calibration(
  scores: Float32Array | Float64Array,
  labels: Int32Array,
  { temperature = 1, bins: count = 15 }: CalibrationOptions = {},
): Calibration {
  const classes = scores.length / labels.length;
  const probabilities = new Float64Array(classes);
  const bins = Array.from({ length: count }, () => ({ rows: 0, confidence: 0, right: 0 }));
  let likelihood = 0;
  let brier = 0;
  for (const [row, label] of labels.entries()) {
    const best = softmax(scores.subarray(row * classes, (row + 1) * classes), temperature, probabilities);
    const confidence = probabilities[best]!;
    likelihood -= Math.log(Math.max(probabilities[label]!, Number.EPSILON));
    for (let k = 0; k < classes; k++) brier += (probabilities[k]! - (k === label ? 1 : 0)) ** 2;
    const bin = bins[Math.min(count - 1, Math.max(0, Math.ceil(confidence * count) - 1))]!;
    bin.rows += 1;
    bin.confidence += confidence;
    bin.right += best === label ? 1 : 0;
  }
  const n = labels.length;
  return {
    negativeLogLikelihood: likelihood / n,
    brier: brier / n,
    expectedCalibrationError: n === 0 ? Number.NaN : bins.reduce((sum, bin) => sum + Math.abs(bin.right - bin.confidence), 0) / n,
    bins: bins.map(({ rows, confidence, right }, i) => ({
      low: i / count,
      high: (i + 1) / count,
      rows,
      confidence: confidence / rows,
      accuracy: right / rows,
    })),
  };
}

/**
 * The highest probability of each row of `softmax(scores / temperature)`.
 * @param scores [rows, classes]
 * @returns [rows], each in [1 / classes, 1]
 */
export function confidences(scores: Float32Array | Float64Array, classes: number, temperature = 1): Float64Array {
  const probabilities = new Float64Array(classes);
  const highest = new Float64Array(scores.length / classes);
  for (let row = 0; row < highest.length; row++) {
    const best = softmax(scores.subarray(row * classes, (row + 1) * classes), temperature, probabilities);
    highest[row] = probabilities[best]!;
  }
  return highest;
}

/**
 * @param scores [classes]
 * @param into [classes], receives the probabilities
 * @returns the class with the highest score, the lower one on a tie
 */
function softmax(scores: Float32Array | Float64Array, temperature: number, into: Float64Array): number {
  let best = 0;
  for (let k = 1; k < scores.length; k++) if (scores[k]! > scores[best]!) best = k;
  let total = 0;
  // Subtracts the highest score first: exp of a large score would be infinite.
  for (let k = 0; k < scores.length; k++) total += into[k] = Math.exp((scores[k]! - scores[best]!) / temperature);
  for (let k = 0; k < scores.length; k++) into[k]! /= total;
  return best;
}
