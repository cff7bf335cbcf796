/** What a member votes with in place of its logits: `logits · weights + bias`. */
export interface LinearMap {
  /** [classes in, classes out], or [classes] for a factor of each class alone. */
  readonly weights: Float32Array;
  /** [classes] */
  readonly bias: Float32Array;
}

/** Products that are summed by themselves before they join the sum, as in a dense layer of the engine and of a packed model. */
export const MAP_SUM_BLOCK = 256;

/**
 * Maps logits as a packed model does: in float32, every product and every sum rounded, in the order of a dense layer, or of an affine one for factors.
 * @param logits [n, classes]
 * @returns [n, classes]
 */
export function mapLogits(logits: Float32Array, { weights, bias }: LinearMap): Float32Array {
  const classes = bias.length;
  const mapped = new Float32Array(logits.length);
  if (weights.length === classes) return mapped.map((_, i) => Math.fround(logits[i]! * weights[i % classes]!) + bias[i % classes]!);
  for (let row = 0; row < logits.length; row += classes) {
    for (let to = 0; to < classes; to++) {
      let sum = 0;
      for (let first = 0; first < classes; first += MAP_SUM_BLOCK) {
        let part = 0;
        for (let from = first; from < Math.min(classes, first + MAP_SUM_BLOCK); from++)
          part = Math.fround(part + Math.fround(logits[row + from]! * weights[from * classes + to]!));
        sum = Math.fround(sum + part);
      }
      mapped[row + to] = sum + bias[to]!;
    }
  }
  return mapped;
}
