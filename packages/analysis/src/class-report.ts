/** How well one class is distinguished from the others. */
export interface ClassReport {
  /** Rows of the class. */
  readonly rows: number;
  /** Rows that are classified as this class. */
  readonly predicted: number;
  /** Rows of the class that are classified as this class. */
  readonly right: number;
  /** Share of all rows that are correctly classified as this class or another: one class against the rest. */
  readonly accuracy: number;
  /** `right / predicted`; NaN if the class is never predicted. */
  readonly precision: number;
  /** `right / rows`: the accuracy among the rows of the class; NaN if there are none. */
  readonly recall: number;
}

/**
 * Accuracy, precision and recall of each class.
 * @param matrix [classes, classes], from `confusionMatrix`
 * @returns [classes]
 */
export function classReport(matrix: Int32Array, classes: number): ClassReport[] {
  const rows = new Float64Array(classes);
  const predicted = new Float64Array(classes);
  let all = 0;
  for (const [at, count] of matrix.entries()) {
    rows[Math.floor(at / classes)]! += count;
    predicted[at % classes]! += count;
    all += count;
  }
  return Array.from({ length: classes }, (_, k) => {
    const right = matrix[k * classes + k]!;
    return {
      rows: rows[k]!,
      predicted: predicted[k]!,
      right,
      accuracy: (all - rows[k]! - predicted[k]! + 2 * right) / all,
      precision: right / predicted[k]!,
      recall: right / rows[k]!,
    };
  });
}
