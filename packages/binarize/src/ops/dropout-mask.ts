import { keepsElement, runTrainingKernel } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";

/**
 * x with random elements set to 0. Unlike in tf.dropout, the others are not scaled, so that signs stay signs. The same seed drops the same
 * elements on every backend; the gradient is masked alike. The caller disposes the result.
 * @param rate share dropped, 0 ≤ rate < 1
 * @param seed 32 bits
 * @see N. Srivastava et al., "Dropout", JMLR 2014
 */
export function dropoutMask(x: tf.Tensor, rate: number, seed: number): tf.Tensor {
  const op = tf.customGrad((x) => ({
    value: masked(x as tf.Tensor, rate, seed),
    gradFunc: (dy: tf.Tensor) => masked(dy, rate, seed),
  }));
  return op(x);
}

function masked(x: tf.Tensor, rate: number, seed: number): tf.Tensor {
  const [y] = runTrainingKernel("DropoutMask", { x }, { rate, seed }) ?? [];
  if (y) return y;
  return tf.tidy(() => {
    const mask = Float32Array.from({ length: x.size }, (_, i) => (keepsElement(seed, i, rate) ? 1 : 0));
    return tf.mul(x, tf.tensor(mask, x.shape));
  });
}
