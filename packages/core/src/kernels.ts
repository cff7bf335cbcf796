// Kernels beyond TensorFlow.js's own that training a binary network leans on. A backend may register any of them under
// these names (`tf.registerKernel`); where it has not, the caller composes the same result from stock kernels. This
// file is all that the layers and the backends know of one another.
import * as tf from "@tensorflow/tfjs";

/**
 * name                inputs → outputs, attributes
 *
 * - `BatchNorm`         x [..., C], scale? [C], offset? [C] → y = (x − mean) / √(variance + ε) · scale + offset, mean [C],
 *                       biased variance [C] of x over all axes but the last; `epsilon`
 * - `BatchNormGrad`     x, dy [..., C], mean [C], variance [C], scale? [C] → dx, dScale [C], dOffset [C]; `epsilon`.
 *                       mean and variance are those of x itself, so dx contains their share.
 * - `GatherImages`      images [N, H, W, C], rows int32 [B], moves? int32 [B, 7] → the images of those rows [B, H, W, C], moved as
 *                       `moveImages` (moves.ts) does; `reflect` 1 for its padding "reflect", 0 for "zeros".
 *                       A backend that has it has a memory of its own, where images had better stay.
 * - `MovingAverages`    average0, value0 (one shape), average1, value1 … → average0 · `momentum` + value0 · (1 − `momentum`) · `factors[0]`,
 *                       and so on; may be the averages themselves, overwritten, where nobody else holds them
 * - `BinarySign`        x → −1 where x < 0, else +1
 * - `BinarySignGrad`    x, dy → dy where −1 < x < 1, else 0
 * - `DropoutMask`       x → x where `keepsElement(seed, i, rate)` for its index i, else 0: not scaled; `rate`, `seed`
 * - `BinaryConv2D`      x [B, H, W, C] of −1, 0, +1; kernel [h, w, C, F], each filter of −a and +a only; bias? [F]
 *                       → y [B, H', W', F] = the exact integer sum times (a · `scale`), plus bias, then max(0, ·) if `relu` is 1.
 *                       `strides` [sh, sw], `pad` [top, bottom, left, right] of zeros, `scale`, `relu` 0 or 1
 * - `BinaryConv2DGrad`  dy [B, H', W', F], x, kernel as above, y? (only with `relu`: where it is 0, dy counts as 0)
 *                       → dx [B, H, W, C], dKernel [h, w, C, F], dBias [F], the gradients of x, of the kernel as it is, and of
 *                       the bias; attributes as above, and `seed`, of this layer and step, for backends that round at random
 * - `CentreAndClip`     w [..., C, F] → w − its mean over C (where C > 1), clipped to [−1, 1]
 * - `BinaryKernel`      w [..., F] → ŵ = a · sign(w), with a = mean |w| of each filter
 * - `BinaryKernelGrad`  w [..., C, F], `binary` (ŵ of w), dy → (a · dy, where |w| ≤ 1, + sign(w) · Σ(dy · sign(w)) / n) · (1 − 1/C, if C > 1) · n,
 *                       with the sum over the n weights of a filter
 * - `AdamStep`          weight0, gradient0, firstMoment0, secondMoment0 (one shape), weight1 … → the new weight0, firstMoment0,
 *                       secondMoment0, weight1 …, which may be the given ones, overwritten, where nobody else holds them;
 *                       `learningRate`, `beta1`, `beta2`, `epsilon`, `weightDecay` (added to the gradient), `decoupledDecay` (weights
 *                       times 1 − learningRate · decoupledDecay first), `step` (from 1)
 * - `SgdStep`           weight0, gradient0, velocity0 (one shape), weight1 … → the new weight0, velocity0, weight1 … as above;
 *                       `learningRate`, `momentum`, `nesterov` 0 or 1, `weightDecay`
 * - `BopStep`           weight0, gradient0, average0 (one shape), weight1 … → average ← average · (1 − `gamma`) + gradient · `gamma`,
 *                       weight ← s, or −s where s · average > `threshold`, with s = −1 where the weight is below 0, else +1; as above
 */
export type TrainingKernel =
  | "GatherImages"
  | "BatchNorm"
  | "BatchNormGrad"
  | "MovingAverages"
  | "CentreAndClip"
  | "BinaryKernel"
  | "BinaryKernelGrad"
  | "BinarySign"
  | "BinarySignGrad"
  | "DropoutMask"
  | "BinaryConv2D"
  | "BinaryConv2DGrad"
  | "AdamStep"
  | "SgdStep"
  | "BopStep";

/** The numbers of `elementBits`, for backends that compute it in languages of their own. */
export const ELEMENT_HASH = {
  indexFactor: 0x9e3779b1,
  firstFactor: 0x85ebca6b,
  secondFactor: 0xc2b2ae35,
  outerShift: 16,
  middleShift: 13,
} as const;

/**
 * 32 random bits of one element of a tensor: a function of (seed, index) alone, so that every backend draws the same and the
 * backward pass finds them again without anything kept. murmur3's finalizer of index · φ + seed.
 */
export function elementBits(seed: number, index: number): number {
  const { indexFactor, firstFactor, secondFactor, outerShift, middleShift } = ELEMENT_HASH;
  let hash = (Math.imul(index, indexFactor) + seed) | 0;
  hash = Math.imul(hash ^ (hash >>> outerShift), firstFactor);
  hash = Math.imul(hash ^ (hash >>> middleShift), secondFactor);
  return (hash ^ (hash >>> outerShift)) >>> 0;
}

/** Whether dropout keeps the element of this index. `rate` is the share dropped, 0 ≤ rate < 1. */
export function keepsElement(seed: number, index: number, rate: number): boolean {
  return elementBits(seed, index) >= rate * 0x1_0000_0000;
}

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
  const outputs = tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(name, { ...inputs }, { ...attributes });
  return Array.isArray(outputs) ? outputs : [outputs];
}
