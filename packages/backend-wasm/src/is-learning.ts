import * as tf from "@tensorflow/tfjs";

/**
 * Whether gradients are being recorded. Where they are not, which is evaluation, sums of products are rounded step by step on
 * every machine, so that whoever runs a trained network elsewhere can come to the very same numbers; in training the
 * fused multiply-add is faster.
 */
export function isLearning(): boolean {
  return tf.engine().state.gradientDepth > 0;
}
