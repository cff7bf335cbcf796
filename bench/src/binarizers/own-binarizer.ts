import type { Binarizer } from "@benn/core";
import * as tf from "@benn/core/tensorflow";

const slope = (x: tf.Tensor): tf.Tensor => tf.relu(tf.sub(2, tf.mul(tf.abs(x), 2)));

/** sign(x) with sign(0) = +1, and the gradient of Bi-Real Net. */
const sign = tf.customGrad<tf.Tensor>((x, save) => {
  (save as tf.GradSaveFunc)([x as tf.Tensor]);
  return {
    value: tf.add(tf.mul(tf.cast(tf.less(x as tf.Tensor, 0), "float32"), -2), 1),
    gradFunc: (dy: tf.Tensor, [x]: tf.Tensor[]) => tf.mul(dy, slope(x as tf.Tensor)),
  };
});

/** A binarizer as a plugin's author writes it, with TensorFlow.js alone. */
export const ownBinarizer: Binarizer = {
  bits: { activations: 1, kernel: 1 },
  activations: (x) => sign(x),
  kernel: (w) => tf.tidy(() => tf.mul(sign(w), tf.mean(tf.abs(w), [...w.shape.keys()].slice(0, -1)))),
  project: (w) => tf.clipByValue(w, -1, 1),
};

/** The same with its gradient declared. */
export const declaredBinarizer: Binarizer = { ...ownBinarizer, surrogate: () => ({ kind: "polynomial", coefficients: [2, -2] }) };
