import { runTrainingKernel } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";

export interface BatchNormalized {
  /** Same shape as x. */
  readonly y: tf.Tensor;
  /** [channels], of this batch; the variance is biased (divided by the number of values). */
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
}

/**
 * Batch norm in training: normalizes x over all axes but the last by its own mean and (biased) variance,
 *
 *     y = (x − mean) / √(variance + epsilon) · scale + offset
 *
 * Keeps only x for the backward pass. The gradient flows through y, not through the returned mean and variance. The caller disposes all
 * three.
 * @param x [..., channels]
 * @param scale [channels], 1 if undefined
 * @param offset [channels], 0 if undefined
 * @see S. Ioffe and C. Szegedy, "Batch Normalization", ICML 2015, algorithm 1
 */
export function batchNorm(x: tf.Tensor, scale: tf.Tensor1D | undefined, offset: tf.Tensor1D | undefined, epsilon: number): BatchNormalized {
  let moments: tf.Tensor1D[] = [];
  const op = tf.customGrad((...args) => {
    const x = args[0] as tf.Tensor;
    const save = args.at(-1) as unknown as tf.GradSaveFunc;
    const [y, mean, variance] = forward(x, scale, offset, epsilon);
    moments = [tf.keep(mean), tf.keep(variance)];
    save([x, mean, variance, ...(scale ? [scale] : [])]);
    return {
      value: y,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, mean, variance, scale] = saved as [tf.Tensor, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D?];
        const [dx, dScale, dOffset] = backward(x, dy, mean, variance, scale, epsilon);
        return [dx, ...(scale ? [dScale] : []), ...(offset ? [dOffset] : [])];
      },
    };
  });
  const y = op(...[x, scale, offset].filter((tensor) => tensor !== undefined));
  const [mean, variance] = moments;
  if (!mean || !variance) throw new Error("batchNorm: the forward pass was not run");
  return { y, mean, variance };
}

type Forward = [y: tf.Tensor, mean: tf.Tensor1D, variance: tf.Tensor1D];

function forward(x: tf.Tensor, scale: tf.Tensor1D | undefined, offset: tf.Tensor1D | undefined, epsilon: number): Forward {
  const own = runTrainingKernel("BatchNorm", { x, ...(scale ? { scale } : {}), ...(offset ? { offset } : {}) }, { epsilon });
  if (own) return own as Forward;
  const { mean, variance } = tf.moments(x, axesOf(x));
  return [normalize(x, mean, variance, offset, scale, epsilon), mean as tf.Tensor1D, variance as tf.Tensor1D];
}

/** Batch norm with given statistics [channels], for any rank of x: evaluation. The caller disposes the result. */
export function normalize(
  x: tf.Tensor,
  mean: tf.Tensor,
  variance: tf.Tensor,
  offset: tf.Tensor | undefined,
  scale: tf.Tensor | undefined,
  epsilon: number,
): tf.Tensor {
  const channels = x.shape.at(-1) ?? 1;
  return tf.tidy(() => {
    const flat = tf.reshape<tf.Rank.R4>(x, [-1, 1, 1, channels]);
    const of = (tensor: tf.Tensor | undefined): tf.Tensor1D | undefined => tensor as tf.Tensor1D | undefined;
    return tf.reshape(tf.batchNorm(flat, mean as tf.Tensor1D, variance as tf.Tensor1D, of(offset), of(scale), epsilon), x.shape);
  });
}

function backward(
  x: tf.Tensor,
  dy: tf.Tensor,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  scale: tf.Tensor1D | undefined,
  epsilon: number,
): [dx: tf.Tensor, dScale: tf.Tensor, dOffset: tf.Tensor] {
  const own = runTrainingKernel("BatchNormGrad", { x, dy, mean, variance, ...(scale ? { scale } : {}) }, { epsilon });
  if (own) return own as [tf.Tensor, tf.Tensor, tf.Tensor];
  const axes = axesOf(x);
  const rows = x.size / (x.shape.at(-1) ?? 1);
  const slope = tf.rsqrt(tf.add(variance, epsilon));
  const normalized = tf.mul(tf.sub(x, mean), slope);
  const dOffset = tf.sum(dy, axes);
  const dScale = tf.sum(tf.mul(dy, normalized), axes);
  const centred = tf.sub(dy, tf.add(tf.div(dOffset, rows), tf.mul(normalized, tf.div(dScale, rows))));
  return [tf.mul(centred, scale ? tf.mul(slope, scale) : slope), dScale, dOffset];
}

function axesOf(x: tf.Tensor): number[] {
  return x.shape.slice(0, -1).map((_, axis) => axis);
}
