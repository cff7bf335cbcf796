import type { Binarizer } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { binarySign, signOf } from "./ops/binary-sign.ts";

/**
 * Signs for activations and for kernels, without a scale, ŵ = sign(w). Latent kernels are clipped to [−1, 1], where gradients pass straight
 * through, including at ±1: kernels that are already signs do not change and get the gradients of the signs, as the optimizer Bop requires.
 * @see I. Hubara et al., "Binarized Neural Networks", NeurIPS 2016, sections 1.1 and 1.3
 */
export const sign: Binarizer = {
  bits: { activations: 1, kernel: 1 },
  activations: (x) => binarySign(x),
  kernel: (w) => tf.customGrad((latent) => ({ value: signOf(latent as tf.Tensor), gradFunc: (dy: tf.Tensor) => dy.clone() }))(w),
  project: (w) => tf.clipByValue(w, -1, 1),
};
