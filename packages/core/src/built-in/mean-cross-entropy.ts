/**
 * Mean of `−log softmax(logits)[label]` over the rows, in float64; NaN without rows.
 * @param logits [rows, classes]
 */
export function meanCrossEntropy(logits: Float32Array | Float64Array, labels: Int32Array): number {
  const classes = logits.length / labels.length;
  let sum = 0;
  for (const [row, label] of labels.entries()) {
    const own = Array.from(logits.subarray(row * classes, (row + 1) * classes));
    // Less the highest logit, since exp of a large one is infinite.
    const highest = own.reduce((a, b) => Math.max(a, b), -Infinity);
    const total = own.reduce((s, x) => s + Math.exp(x - highest), 0);
    sum += Math.log(total) + highest - (own[label] ?? 0);
  }
  return sum / labels.length;
}
