import { type Binarizer, BINARIZERS, definePlugin } from "@benn/core";
import * as tf from "@benn/core/tensorflow";

/** The sign, −1 or +1, whose gradient is taken to be that of tanh(x). */
const signLikeTanh = tf.customGrad<tf.Tensor>((x, save) => {
  (save as tf.GradSaveFunc)([x as tf.Tensor]);
  const value = tf.sub(tf.mul(tf.cast(tf.greaterEqual(x as tf.Tensor, 0), "float32"), 2), 1);
  return { value, gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.mul(dy, tf.sub(1, tf.square(tf.tanh(saved!)))) };
});

/** Signs, and kernels that are scaled by the mean |w| of each filter. */
export const myBinarizer: Binarizer = {
  bits: { activations: 1, kernel: 1 },
  activations: (x) => tf.tidy(() => signLikeTanh(x)),
  kernel: (w) => tf.tidy(() => tf.mul(signLikeTanh(w), tf.mean(tf.abs(w), [...w.shape.keys()].slice(0, -1)))),
  project: (w) => tf.clipByValue(w, -1, 1),
};

export default definePlugin({
  name: "my-binarizer",
  register(container) {
    container.resolve(BINARIZERS).add("my-binarizer", {
      description: "signs with the gradient of tanh",
      create: () => myBinarizer,
    });
  },
});
