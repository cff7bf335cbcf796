import type { Binarizer, KnownSurrogate, LayerContext } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { estimatedSign } from "./ops/estimated-sign.ts";
import { filterAxes } from "./ops/filter-axes.ts";
import { standardized } from "./ops/standardized.ts";
import { surrogateSign } from "./ops/surrogate-sign.ts";

/** The estimator's steepness in the first epoch, and towards the end. */
const [GENTLE, STEEP] = [0.1, 10];
/** Keeps the logarithm finite for a filter of zeros. */
const LEAST = 2 ** -60;

/**
 * The binarizer of IR-Net. Backward, for activations and kernels, it uses the error decay estimator (EDE): the derivative of k · tanh(t ·
 * x), which changes over the epochs from a straight line to nearly a step:
 *
 *     t = 0.1 · 100 ^ (epoch / epochs),   k = max(1 / t, 1)
 *
 * Forward, x̂ = sign(x), and kernels use Libra-PB: each filter gets mean 0 and deviation 1, and its signs a power of two as scale, which is
 * a constant to gradients:
 *
 *     v = (w − mean) / deviation,   ŵ = sign(v) · 2 ^ round(log₂ mean |v|)
 *
 * Latent kernels are not projected.
 * @see H. Qin et al., "Forward and Backward Information Retention for Accurate Binary Neural Networks", CVPR 2020, sections 3.2 and 3.3
 */
export const ede: Binarizer = {
  bits: { activations: 1, kernel: 1 },
  surrogate: decaying,
  activations: (x, step) => surrogateSign(x, decaying(step)),
  kernel: (w, step) => tf.tidy(() => estimatedSign(standardized(w).values, decaying(step), powerOfTwo)),
  project: (w) => w.clone(),
};

/** The estimator's slope at a step. */
export function decaying({ epoch, epochs }: LayerContext): KnownSurrogate {
  const t = GENTLE * (STEEP / GENTLE) ** (epoch / epochs);
  return { kind: "tanh", steepness: t, scale: Math.max(1 / t, 1) };
}

function powerOfTwo(v: tf.Tensor): tf.Tensor {
  const magnitude = tf.maximum(tf.mean(tf.abs(v), filterAxes(v), true), LEAST);
  return tf.pow(2, tf.round(tf.div(tf.log(magnitude), Math.LN2)));
}
