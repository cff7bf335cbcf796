import { finish } from "./steps.ts";

/** Maximum factor between the temperature and the scores' standard deviation. */
const RANGE = 1000;

/**
 * The temperature T for which the probabilities `softmax(scores / T)` have the lowest mean negative log likelihood. Predicted classes do
 * not change.
 *
 * In β = 1/T the likelihood is convex, with derivative `E_p[z] − z_label` and second derivative `Var_p[z]` (means over the rows), so that
 * Newton's method between two bounds finds its only minimum. If all rows are right, T → 0, and if scores are worse than guessing, T → ∞:
 * the result is limited to within a factor of 1,000 of the scores' standard deviation within a row. 1 for scores that are equal in every
 * row, or without rows.
 *
 * Fit it on held-out rows: on training rows it is too low, and fitting on test rows invalidates the test.
 * @param scores [rows, classes], finite: logits of a member, or scores of a vote
 * @param labels [rows]
 * @see Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017, section 4.2
 */
export function fitTemperature(scores: Float32Array | Float64Array, labels: Int32Array): number {
  return finish(fitTemperatureInSteps(scores, labels));
}

/** `fitTemperature`, with a pause after each pass over all rows. */
export function* fitTemperatureInSteps(scores: Float32Array | Float64Array, labels: Int32Array): Generator<undefined, number> {
  const scale = spread(scores, scores.length / labels.length);
  if (!(scale > 0)) return 1;
  // Below, β is in units of 1/scale.
  let low = 1 / RANGE;
  let high = RANGE;
  if (derivatives(scores, labels, high / scale).slope <= 0) return scale / high;
  yield;
  if (derivatives(scores, labels, low / scale).slope >= 0) return scale / low;
  let beta = 1;
  for (let step = 0; step < 100; step++) {
    yield;
    const { slope, curvature } = derivatives(scores, labels, beta / scale);
    if (slope > 0) high = beta;
    else low = beta;
    const newton = beta - (slope * scale) / curvature;
    const next = newton > low && newton < high ? newton : Math.sqrt(low * high);
    if (Math.abs(next - beta) <= 1e-10 * beta) return scale / next;
    beta = next;
  }
  return scale / beta;
}

/** Root of the mean variance of a row's scores. */
function spread(scores: Float32Array | Float64Array, classes: number): number {
  let sum = 0;
  for (let start = 0; start < scores.length; start += classes) {
    let mean = 0;
    for (let k = 0; k < classes; k++) mean += scores[start + k]! / classes;
    for (let k = 0; k < classes; k++) sum += (scores[start + k]! - mean) ** 2;
  }
  return Math.sqrt(sum / scores.length);
}

/** Derivatives of the mean negative log likelihood of `softmax(beta · scores)` with respect to beta. */
function derivatives(scores: Float32Array | Float64Array, labels: Int32Array, beta: number): { slope: number; curvature: number } {
  const classes = scores.length / labels.length;
  let slope = 0;
  let curvature = 0;
  for (const [row, label] of labels.entries()) {
    const start = row * classes;
    let highest = -Infinity;
    for (let k = 0; k < classes; k++) highest = Math.max(highest, scores[start + k]!);
    let total = 0;
    let first = 0;
    let second = 0;
    for (let k = 0; k < classes; k++) {
      const z = scores[start + k]! - highest;
      const power = Math.exp(beta * z);
      total += power;
      first += power * z;
      second += power * z * z;
    }
    const mean = first / total;
    slope += mean - (scores[start + label]! - highest);
    curvature += second / total - mean ** 2;
  }
  return { slope: slope / labels.length, curvature: curvature / labels.length };
}
