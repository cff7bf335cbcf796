import * as tf from "@benn/core/tensorflow";

/**
 * Whether gradients are being recorded. If not, as in evaluation, each product is rounded before it is added on every machine, so that
 * other implementations can reproduce a trained network's numbers exactly; in training, fused multiply-add is faster.
 */
export function isLearning(): boolean {
  return tf.engine().state.gradientDepth > 0;
}
