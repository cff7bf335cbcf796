import type { Binarizer } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import type { BitOptions } from "./bit-options.ts";
import { signOf } from "./ops/binary-sign.ts";
import { roundedCodes } from "./ops/rounded-codes.ts";

/**
 * The binarizer of DoReFa-Net: activations of k bits in equal steps from 0 to 1, kernels in equal steps from −1 to 1.
 *
 *     x̂ = round((2ᵏ − 1) · max(0, min(1, x))) / (2ᵏ − 1)
 *     ŵ = 2 · round((2ᵏ − 1) · (tanh w / (2 · max |tanh w|) + ½)) / (2ᵏ − 1) − 1,   with one bit  ŵ = mean |w| · sign(w)
 *
 * Maximum and mean are those of the whole layer. Rounding passes the gradient on unchanged (straight-through), and so does the whole of a
 * 1-bit ŵ; the gradient of x is 0 outside 0 … 1, that of w is the exact one of the expression that is rounded. Latent kernels are not
 * projected.
 *
 * The codes are x̂ · (2ᵏ − 1) and ŵ · (2ᵏ − 1), the latter odd; with one bit sign(w). Gradients are not quantized: that is up to the
 * backend.
 * @see S. Zhou et al., "DoReFa-Net: Training Low Bitwidth Convolutional Neural Networks with Low Bitwidth Gradients", 2016, equations 5 to
 *   11
 */
export function dorefa({ activationBits, kernelBits }: BitOptions): Binarizer {
  const [ofActivations, ofKernel] = [2 ** activationBits - 1, 2 ** kernelBits - 1];
  return {
    bits: { activations: activationBits, kernel: kernelBits },
    activations: (x) => tf.tidy(() => roundedCodes(tf.mul(x, ofActivations), 0, ofActivations)),
    kernel: (w) =>
      kernelBits === 1
        ? signOverMean(w)
        : tf.tidy(() => {
            const bounded = tf.tanh(w);
            const share = tf.add(tf.div(bounded, tf.mul(tf.maximum(tf.max(tf.abs(bounded)), LEAST), 2)), 0.5);
            return tf.sub(tf.mul(roundedCodes(tf.mul(share, ofKernel), 0, ofKernel), 2), ofKernel);
          }),
    scale: ({ kernel }) => tf.tidy(() => tf.div(kernelBits === 1 ? meanSize(kernel) : tf.fill([1], 1 / ofKernel), ofActivations)),
    project: (w) => w.clone(),
  };
}

/** Avoids a division by 0 for a kernel of zeros. */
const LEAST = 1e-12;

/** mean |w| of a layer, [1], without a gradient. */
const meanSize = tf.customGrad<tf.Tensor>((latent, save) => {
  const w = latent as tf.Tensor;
  (save as tf.GradSaveFunc)([w]);
  return {
    value: tf.tidy(() => tf.reshape(tf.maximum(tf.mean(tf.abs(w)), LEAST), [1])),
    gradFunc: (_: tf.Tensor, [w]: tf.Tensor[]) => tf.zerosLike(w as tf.Tensor),
  };
});

/** sign(w) with the gradient g / mean |w|: multiplied by the scale, which is the mean, the gradient passes unchanged. */
const signOverMean = tf.customGrad<tf.Tensor>((latent, save) => {
  const w = latent as tf.Tensor;
  (save as tf.GradSaveFunc)([w]);
  return { value: signOf(w), gradFunc: (g: tf.Tensor, [w]: tf.Tensor[]) => tf.div(g, meanSize(w as tf.Tensor)) };
});
