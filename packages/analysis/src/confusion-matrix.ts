/**
 * How many rows of each class are classified as each class.
 * @param predicted [rows]
 * @param labels [rows]
 * @returns [classes, classes]: a row for each label, a column for each answer
 */
export function confusionMatrix(predicted: Int32Array, labels: Int32Array, classes: number): Int32Array {
  const matrix = new Int32Array(classes * classes);
  for (const [row, label] of labels.entries()) matrix[label * classes + predicted[row]!]! += 1;
  return matrix;
}

/** Rows of one class that are taken for another. */
export interface Confusion {
  readonly label: number;
  readonly predicted: number;
  readonly rows: number;
}

/**
 * What is taken for what, the most frequent first: of equally many the lower label, then the lower answer. As many as differ from 0, so that a
 * thousand classes have no more of them than there are wrong rows.
 * @param matrix [classes, classes], of `confusionMatrix`
 */
export function confusions(matrix: Int32Array, classes: number): Confusion[] {
  const found: Confusion[] = [];
  for (const [at, rows] of matrix.entries()) {
    const [label, predicted] = [Math.floor(at / classes), at % classes];
    if (rows > 0 && label !== predicted) found.push({ label, predicted, rows });
  }
  return found.toSorted((a, b) => b.rows - a.rows || a.label - b.label || a.predicted - b.predicted);
}
