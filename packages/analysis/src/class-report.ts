/** How one class is told from the others. */
export interface ClassReport {
  /** Rows of the class. */
  readonly rows: number;
  /** Rows that are classified as it. */
  readonly predicted: number;
  /** Rows of the class that are classified as it. */
  readonly right: number;
  /** Share of all rows that are rightly classified as it or as another: one class against the rest. */
  readonly accuracy: number;
  /** `right / predicted`; NaN where nothing is classified as it. */
  readonly precision: number;
  /** `right / rows`: the accuracy among the rows of the class; NaN without such. */
  readonly recall: number;
}

/**
 * Accuracy, precision and recall of each class.
 * @param matrix [classes, classes], of `confusionMatrix`
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
