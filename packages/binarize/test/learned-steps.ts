import type { Binarizer, Bits } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { binarySign } from "../src/ops/binary-sign.ts";

/** Whole numbers, with the gradient of x itself. */
const rounded = tf.customGrad<tf.Tensor>((x) => ({ value: tf.round(x as tf.Tensor), gradFunc: (dy: tf.Tensor) => dy.clone() }));

/**
 * Activations from 0 to a trained bound (with 1 bit: signs relative to a trained threshold per channel), kernels from −a to a with a
 * trained scale a per filter, in equal steps.
 */
export function learnedSteps(activations: Bits, kernel: Bits): Binarizer {
  const inSteps = (x: tf.Tensor, bits: Bits): tf.Tensor => tf.div(rounded(tf.mul(tf.clipByValue(x, 0, 1), 2 ** bits - 1)), 2 ** bits - 1);
  return {
    bits: { activations, kernel },
    parameters: ({ kernel: w, inputShape }) => ({
      threshold: tf.fill([inputShape.at(-1) ?? 1], activations === 1 ? 0.1 : 1.5),
      scale: tf.tidy(() => tf.mul(tf.max(tf.abs(tf.reshape(w, [-1, w.shape.at(-1) ?? 1])), 0), 0.9)),
    }),
    activations: (x, _, { threshold }) =>
      tf.tidy(() => {
        if (activations === 1) return binarySign(tf.sub(x, threshold!));
        const bound = tf.mean(threshold!);
        return tf.mul(inSteps(tf.div(x, bound), activations), bound);
      }),
    kernel: (w, _, { scale }) =>
      tf.tidy(() => tf.mul(tf.sub(tf.mul(inSteps(tf.add(tf.div(w, tf.mul(scale!, 2)), 0.5), kernel), 2), 1), scale!)),
    project: (w) => w.clone(),
  };
}
