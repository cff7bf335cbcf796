/** Classes in descending order of their scores; on a tie the lower class first. */
export function classOrder(scores: Float64Array): number[] {
  return [...scores.keys()].toSorted((a, b) => scores[b]! - scores[a]! || a - b);
}

/**
 * softmax(scores / temperature).
 * @param scores [classes] of a vote, finite
 * @see C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On Calibration of Modern Neural Networks", ICML 2017, section 4.2
 */
export function probabilitiesOf(scores: Float64Array, temperature: number): Float64Array {
  const most = Math.max(...scores);
  const powers = scores.map((score) => Math.exp((score - most) / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/**
 * The remaining probability for the class of each rank and all later ones, from 1 downwards: 1 − the score of adaptive prediction sets
 * (APS) without randomization. Stored as the remainder, which keeps its precision when it is small.
 * @param order of the classes, the most probable first
 * @returns [classes], by rank
 * @see Y. Romano, M. Sesia and E. J. Candès, "Classification with Valid and Adaptive Coverage", NeurIPS 2020, equations 4 and 6 with U = 0
 */
export function tailsOf(probabilities: Float64Array, order: readonly number[]): Float64Array {
  const tails = new Float64Array(order.length);
  let sum = 0;
  for (let rank = order.length - 1; rank > 0; rank--) {
    sum += probabilities[order[rank]!]!;
    tails[rank] = Math.min(1, sum);
  }
  tails[0] = 1;
  return tails;
}
