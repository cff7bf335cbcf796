import { runTrainingKernel } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";

/** −1 where x < 0, else +1: one bit has no third value. No gradient; the caller disposes it. */
export function signOf(x: tf.Tensor): tf.Tensor {
  const [signs] = runTrainingKernel("BinarySign", { x }) ?? [];
  return signs ?? tf.tidy(() => tf.add(tf.mul(tf.cast(tf.less(x, 0), "float32"), -2), 1));
}

/**
 * sign(x) with sign(0) = +1, any shape; the gradient passes where −1 < x < 1 and is 0 elsewhere (straight-through). `tf.sign` cannot be
 * used: it returns 0 for 0, and on some backends for values near 0. The caller disposes the result.
 * @see I. Hubara et al., "Binarized Neural Networks", NeurIPS 2016, equation 4
 */
export const binarySign: (x: tf.Tensor) => tf.Tensor = tf.customGrad((x, save) => {
  (save as tf.GradSaveFunc)([x as tf.Tensor]);
  return { value: signOf(x as tf.Tensor), gradFunc: (dy: tf.Tensor, [x]: tf.Tensor[]) => signGradient(x as tf.Tensor, dy) };
});

/** dy where −1 < x < 1, else 0; the caller disposes it. */
export function signGradient(x: tf.Tensor, dy: tf.Tensor): tf.Tensor {
  const [dx] = runTrainingKernel("BinarySignGrad", { x, dy }) ?? [];
  return dx ?? tf.mul(dy, tf.cast(tf.less(tf.abs(x), 1), "float32"));
}
