/** How much the answers to some images change under a disturbance. */
export interface Movement {
  /**
   * Distance between the scores before and after, relative to their spread before: 0 for no change, about 1 if the scores become unrelated.
   */
  readonly moved: number;
  /** Share of rows whose predicted class changes. */
  readonly changed: number;
  /** Accuracy afterwards. */
  readonly accuracy: number;
}

type Scores = Float32Array | Float64Array;

/**
 * Compares scores [rows, classes] before and after, row by row. A constant added to all scores of a row is ignored, since it changes no
 * class.
 *
 * `moved = √(Σ (d − d̄)² / Σ (s − s̄)²)`, with d the difference and s the score before, and the means of each row; NaN if the scores have
 * no spread.
 *
 * @param labels [rows]
 */
export function movement(before: Scores, after: Scores, labels: Int32Array): Movement {
  const rows = labels.length;
  const classes = before.length / rows;
  let [moved, spread, changed, right] = [0, 0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const at = row * classes;
    let [first, second, meanBefore, meanAfter] = [0, 0, 0, 0];
    for (let k = 0; k < classes; k++) {
      if (before[at + k]! > before[at + first]!) first = k;
      if (after[at + k]! > after[at + second]!) second = k;
      meanBefore += before[at + k]! / classes;
      meanAfter += after[at + k]! / classes;
    }
    for (let k = 0; k < classes; k++) {
      const centred = before[at + k]! - meanBefore;
      spread += centred ** 2;
      moved += (after[at + k]! - meanAfter - centred) ** 2;
    }
    if (first !== second) changed += 1;
    if (second === labels[row]) right += 1;
  }
  return { moved: spread === 0 ? Number.NaN : Math.sqrt(moved / spread), changed: changed / rows, accuracy: right / rows };
}

/**
 * Scores scaled to an average spread of 1 per row, so that votes with vote weights of different sizes can be compared. Unchanged if they
 * have no spread.
 */
export function unitSpread(scores: Scores, classes: number): Float64Array {
  const rows = scores.length / classes;
  let spread = 0;
  for (let at = 0; at < scores.length; at += classes) {
    let [sum, squares] = [0, 0];
    for (let k = 0; k < classes; k++) {
      sum += scores[at + k]!;
      squares += scores[at + k]! ** 2;
    }
    spread += Math.max(0, squares - sum ** 2 / classes);
  }
  const scale = spread > 0 ? Math.sqrt(rows / spread) : 1;
  return Float64Array.from(scores, (score) => scale * score);
}
