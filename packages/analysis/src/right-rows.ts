/**
 * Which rows are classified correctly.
 * @param predicted [rows]
 * @param labels [rows]
 * @returns [rows], 1 where both are the same class
 */
export function rightRows(predicted: Int32Array, labels: Int32Array): Uint8Array {
  return Uint8Array.from(predicted, (winner, row) => Number(winner === labels[row]));
}
