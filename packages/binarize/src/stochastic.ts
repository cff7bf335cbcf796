import { type Binarizer } from "@benn/core";
import { elementBits } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { deterministic } from "./deterministic.ts";
import { binaryKernel } from "./ops/binary-kernel.ts";

/**
 * Like `deterministic`, but in training a weight's sign is drawn in each step: +1 with probability (w + 1) / 2. In evaluation it is the
 * plain sign.
 * @see M. Courbariaux, Y. Bengio and J.-P. David, "BinaryConnect", NeurIPS 2015, equation 2
 */
export const stochastic: Binarizer = {
  ...deterministic,
  kernel: (w, step) => binaryKernel(w, step.training ? (w) => drawnSigns(w, step.seed) : undefined),
};

function drawnSigns(w: tf.Tensor, seed: number): tf.Tensor {
  // Thresholds t in [−1, 1), exact in float32: the sign is +1 if t < w, which has probability (w + 1) / 2.
  const thresholds = Float32Array.from({ length: w.size }, (_, i) => (elementBits(seed, i) >>> 8) / 2 ** 23 - 1);
  return tf.tidy(() => tf.sub(tf.mul(tf.cast(tf.less(tf.tensor(thresholds, w.shape), w), "float32"), 2), 1));
}
