import type { Binarizer, BinarizerParameters } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import type { BitOptions } from "./bit-options.ts";
import { roundedCodes, signCodes } from "./ops/rounded-codes.ts";

/** Mean of |x| of standard normal x. */
const MEAN_NORMAL = Math.sqrt(2 / Math.PI);

/**
 * The binarizer of LSQ, learned step size quantization: values in equal steps s, which are trained, one for the activations and one for the
 * kernel of each layer.
 *
 *     v̂ = s · round(max(−Qn, min(Qp, v / s))),   ∂v̂/∂v = 1 where −Qn ≤ v / s ≤ Qp, else 0
 *     ∂v̂/∂s = round(v / s) − v / s there, and −Qn or Qp beyond, times 1 / √(n · Qp)
 *
 * with n the number of weights of the layer, or of its input values per image. k-bit activations have Qn = 0 and Qp = 2ᵏ − 1, kernels Qn =
 * 2ᵏ⁻¹ and Qp = 2ᵏ⁻¹ − 1; 1-bit kernels, for which that would leave 0 and −1, are signs, with Qn = Qp = 1.
 *
 * Two things differ from the paper. The trained weights are ln s: Adam's steps are as large as the learning rate, which would make a small
 * step size (about a hundredth with many bits) oscillate around 0. And the initial s of activations, 2 · mean |x| / √Qp, is that of
 * standard normal x, as after a batch norm, not of the first batch: a binarizer sees no batch when a layer is built.
 * @see S. K. Esser et al., "Learned Step Size Quantization", ICLR 2020, equations 1 to 3 and section 2.2
 */
export function lsq({ activationBits, kernelBits }: BitOptions): Binarizer {
  const most = { activations: 2 ** activationBits - 1, kernel: kernelBits === 1 ? 1 : 2 ** (kernelBits - 1) - 1 };
  const activationStep = ({ logActivationStep }: BinarizerParameters, features: number): tf.Tensor =>
    stepOf(logActivationStep!, features * most.activations);
  const kernelStep = ({ logKernelStep }: BinarizerParameters, weights: number): tf.Tensor => stepOf(logKernelStep!, weights * most.kernel);
  return {
    bits: { activations: activationBits, kernel: kernelBits },
    parameters: ({ kernel }) => ({
      logActivationStep: tf.fill([1], Math.log((2 * MEAN_NORMAL) / Math.sqrt(most.activations))),
      logKernelStep: tf.tidy(() => {
        const first = tf.div(tf.mul(tf.mean(tf.abs(kernel)), 2), Math.sqrt(most.kernel));
        return tf.reshape(tf.log(tf.maximum(first, 1e-6)), [1]);
      }),
    }),
    activations: (x, _, parameters) =>
      tf.tidy(() => roundedCodes(tf.div(x, activationStep(parameters, product(x.shape.slice(1)))), 0, most.activations)),
    kernel: (w, _, parameters) =>
      tf.tidy(() => {
        const u = tf.div(w, kernelStep(parameters, w.size));
        return kernelBits === 1 ? signCodes(u) : roundedCodes(u, -most.kernel - 1, most.kernel);
      }),
    scale: ({ kernel, inputShape }, _, parameters) =>
      tf.tidy(() => tf.mul(activationStep(parameters, product(inputShape)), kernelStep(parameters, kernel.size))),
    project: (w) => w.clone(),
  };
}

const product = (shape: readonly (number | null)[]): number => shape.reduce<number>((size, n) => size * (n ?? 1), 1);

/** s from ln s, with the paper's gradient factor 1 / √count. */
function stepOf(log: tf.Tensor, count: number): tf.Tensor {
  const op = tf.customGrad<tf.Tensor>((log) => ({
    value: (log as tf.Tensor).clone(),
    gradFunc: (g: tf.Tensor) => tf.mul(g, 1 / Math.sqrt(count)),
  }));
  return tf.exp(op(log));
}
