/**
 * How many rows of each class are classified as each class.
 * @param predicted [rows]
 * @param labels [rows]
 * @returns [classes, classes]: one row per label, one column per predicted class
 */
export function confusionMatrix(predicted: Int32Array, labels: Int32Array, classes: number): Int32Array {
  const matrix = new Int32Array(classes * classes);
  for (const [row, label] of labels.entries()) matrix[label * classes + predicted[row]!]! += 1;
  return matrix;
}

/** Rows of one class that are classified as another. */
export interface Confusion {
  readonly label: number;
  readonly predicted: number;
  readonly rows: number;
}

/**
 * Pairs of confused classes, the most frequent first: on a tie the lower label, then the lower predicted class. Only pairs that occur, so
 * that a thousand classes have no more pairs than wrong rows.
 * @param matrix [classes, classes], from `confusionMatrix`
 */
export function confusions(matrix: Int32Array, classes: number): Confusion[] {
  const found: Confusion[] = [];
  for (const [at, rows] of matrix.entries()) {
    const [label, predicted] = [Math.floor(at / classes), at % classes];
    if (rows > 0 && label !== predicted) found.push({ label, predicted, rows });
  }
  return found.toSorted((a, b) => b.rows - a.rows || a.label - b.label || a.predicted - b.predicted);
}
