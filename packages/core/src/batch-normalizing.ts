/**
 * A layer that in training normalises by the mean and the variance of its batch, and in evaluation by those that it keeps in its weights
 * `moving_mean` and `moving_variance` [channels]. TensorFlow.js's own batch norm needs no such method.
 */
export interface BatchNormalizing {
  /**
   * Called with true before statistics are recomputed, with false afterwards. In between, calls in evaluation, too, normalise by their batch,
   * and write its mean and its biased variance over the weights.
   */
  normalizeByBatch(byBatch: boolean): void;
}

export function isBatchNormalizing(layer: object): layer is BatchNormalizing {
  return "normalizeByBatch" in layer && typeof layer.normalizeByBatch === "function";
}
