// Kernels beyond TensorFlow.js's own that training a binary network leans on. A backend may register any of them under
// these names (`tf.registerKernel`); where it has not, the caller composes the same result from stock kernels. This
// file is all that the layers and the backends know of one another.
import * as tf from "@tensorflow/tfjs";

/**
 * name                inputs → outputs, attributes
 *
 * - `ChannelMoments`    x [..., C] → mean [C], biased variance [C]
 * - `BatchNormGrad`     x, dy [..., C], mean [C], variance [C], scale? [C] → dx, dScale [C], dOffset [C]; `epsilon`.
 *                       mean and variance are those of x itself, so dx contains their share.
 * - `BinarySign`        x → −1 where x < 0, else +1
 * - `BinarySignGrad`    x, dy → dy where −1 < x < 1, else 0
 * - `BinaryConv2D`      x [B, H, W, C] of −1, 0, +1; kernel [h, w, C, F], each filter of −a and +a only → [B, H', W', F]:
 *                       the exact integer sum times a. `strides` [sh, sw], `pad` [top, bottom, left, right] of zeros.
 * - `AdamStep`          weight, gradient, firstMoment, secondMoment (one shape) → the new weight, firstMoment and
 *                       secondMoment; `learningRate`, `beta1`, `beta2`, `epsilon`, `weightDecay`, `step` (from 1)
 */
export type TrainingKernel = "ChannelMoments" | "BatchNormGrad" | "BinarySign" | "BinarySignGrad" | "BinaryConv2D" | "AdamStep";

/**
 * Runs a training kernel if the current backend has it.
 * @returns its outputs, which the caller disposes, or undefined
 */
export function runTrainingKernel(
  name: TrainingKernel,
  inputs: Readonly<Record<string, tf.Tensor>>,
  attributes: Readonly<Record<string, number | number[]>> = {},
): tf.Tensor[] | undefined {
  if (!tf.getKernel(name, tf.getBackend())) return undefined;
  const outputs = tf.engine().runKernel(name, { ...inputs }, { ...attributes }) as tf.Tensor | tf.Tensor[];
  return Array.isArray(outputs) ? outputs : [outputs];
}
