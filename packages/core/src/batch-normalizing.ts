/**
 * A layer that normalizes by the mean and variance of its batch in training, and in evaluation by its weights `moving_mean` and
 * `moving_variance` [channels]. TensorFlow.js's own batch norm does not need this method.
 */
export interface BatchNormalizing {
  /**
   * Called with true before statistics are recomputed and with false afterwards. While true, calls in evaluation mode also normalize by
   * their batch, and overwrite the weights with its mean and biased variance.
   */
  normalizeByBatch(byBatch: boolean): void;
}

export function isBatchNormalizing(layer: object): layer is BatchNormalizing {
  return "normalizeByBatch" in layer && typeof layer.normalizeByBatch === "function";
}
