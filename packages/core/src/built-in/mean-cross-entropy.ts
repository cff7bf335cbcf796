/**
 * Mean of `−log softmax(logits)[label]` over the rows, in float64; NaN if there are no rows.
 * @param logits [rows, classes]
 */
export function meanCrossEntropy(logits: Float32Array | Float64Array, labels: Int32Array): number {
  const classes = logits.length / labels.length;
  let sum = 0;
  for (const [row, label] of labels.entries()) {
    const start = row * classes;
    let highest = -Infinity;
    for (let k = 0; k < classes; k++) highest = Math.max(highest, logits[start + k]!);
    let total = 0;
    // Subtracts the highest logit first: exp of a large logit would be infinite.
    for (let k = 0; k < classes; k++) total += Math.exp(logits[start + k]! - highest);
    sum += Math.log(total) + highest - logits[start + label]!;
  }
  return sum / labels.length;
}
