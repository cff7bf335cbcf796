/** How the rows of a file's batch are passed to a step. */
export interface ArrangedBatch {
  /** The row of the file's batch of which each row is a copy [rows]. */
  readonly rows: Int32Array;
  /** [rows]. */
  readonly labels: Int32Array;
  /** [rows]; absent: equal weights. */
  readonly lossWeights?: Float32Array;
  /** Number of rows computed at a time; absent: all of them. */
  readonly partRows?: number;
}

/** Copies of the batch in each part: the last part is smaller, as if the rows of a batch did not divide evenly. */
const COPIES = [2, 2, 1];

/** Weights of a row's copies, one per part: their sum is the number of copies, and they are exact in float32. */
const WEIGHTS = [0.5, 1, 3.5];

/**
 * A batch whose loss and gradients equal those of the file's batch only if every row has its own weight and every part its share. A part
 * contains whole copies of the file's batch, so batch norm has the file's statistics in each. One copy in a part has the true labels; its
 * weights differ between rows and parts, and those of a row add up to the number of copies. The other copy has false labels and weights of
 * 0. The mean of all weights is therefore 1, but not that of any part. Rows are in another order in each part.
 * @param labels of the file's batch [batch]
 */
export function batchInParts(labels: Int32Array, classes: number): ArrangedBatch {
  const batch = labels.length;
  const arranged = COPIES.flatMap((copies, part) =>
    Array.from({ length: copies * batch }, (_, at) => {
      const row = (at + part) % batch;
      const label = labels[row] ?? 0;
      return at < (copies - 1) * batch
        ? { row, label: (label + 1) % classes, weight: 0 }
        : { row, label, weight: WEIGHTS[(row + part) % WEIGHTS.length] ?? 0 };
    }),
  );
  return {
    rows: Int32Array.from(arranged, ({ row }) => row),
    labels: Int32Array.from(arranged, ({ label }) => label),
    lossWeights: Float32Array.from(arranged, ({ weight }) => weight),
    partRows: (COPIES[0] ?? 1) * batch,
  };
}
