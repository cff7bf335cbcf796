/** The class with the highest score of each row, the lower class on a tie. `scores` is [n, classes]. */
export function winners(scores: Float32Array | Float64Array, classes: number): Int32Array {
  const won = new Int32Array(scores.length / classes);
  for (let row = 0; row < won.length; row++) {
    let best = 0;
    for (let k = 1; k < classes; k++) {
      if ((scores[row * classes + k] ?? 0) > (scores[row * classes + best] ?? 0)) best = k;
    }
    won[row] = best;
  }
  return won;
}

/** Share of rows whose label has the highest score, in [0, 1]; NaN if there are no rows. */
export function accuracy(scores: Float32Array | Float64Array, labels: Int32Array): number {
  const won = winners(scores, scores.length / labels.length);
  let right = 0;
  for (let row = 0; row < won.length; row++) if (won[row] === labels[row]) right += 1;
  return right / labels.length;
}

/**
 * Share of rows whose label is among the five highest scores, in [0, 1]; ties rank lower classes first, as in `winners`. NaN if there are
 * no rows.
 */
export function topFiveAccuracy(scores: Float32Array | Float64Array, labels: Int32Array): number {
  const classes = scores.length / labels.length;
  let right = 0;
  for (const [row, label] of labels.entries()) {
    const own = scores[row * classes + label] ?? 0;
    let before = 0;
    for (let k = 0; k < classes; k++) {
      const other = scores[row * classes + k] ?? 0;
      if (other > own || (other === own && k < label)) before += 1;
    }
    if (before < 5) right += 1;
  }
  return right / labels.length;
}
