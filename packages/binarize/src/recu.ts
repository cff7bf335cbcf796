import type { Binarizer, LayerContext } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { estimatedSign, type Slope } from "./ops/estimated-sign.ts";
import { filterAxes } from "./ops/filter-axes.ts";
import { standardized } from "./ops/standardized.ts";
import { surrogateSign } from "./ops/surrogate-sign.ts";
import { triangle } from "./ops/triangle.ts";

/** Quantile at which weights are clamped, in the first epoch and towards the end. */
const [FIRST, LAST] = [0.85, 0.99];

/**
 * The binarizer of ReCU, the rectified clamp unit. Each filter gets mean 0 and deviation 2√2, which makes the scale b of a Laplace
 * distribution 2; weights beyond the quantiles τ and 1 − τ of that distribution are clamped to them, where they receive no gradient:
 *
 *     v = 2√2 · (w − mean) / deviation,   Q = −b · ln(2 − 2τ) with b = mean |v| of the layer
 *     ŵ = scale · sign(max(−Q, min(Q, v))),   ∂ŵ/∂v = scale where |v| ≤ Q, else 0
 *
 * τ grows from 0.85 to 0.99 with e ^ (epoch / epochs). The scale of each filter is trained; it starts at mean |w|. Activations are those of
 * `approxSign`. Latent kernels are not projected.
 * @see Z. Xu et al., "ReCU: Reviving the Dead Weights in Binary Neural Networks", ICCV 2021, section 3
 */
export const recu: Binarizer = {
  bits: { activations: 1, kernel: 1 },
  parameters: ({ kernel }) => ({ scale: tf.tidy(() => tf.mean(tf.abs(kernel), filterAxes(kernel))) }),
  surrogate: () => triangle,
  activations: (x) => surrogateSign(x, triangle),
  kernel: (w, step, { scale }) =>
    tf.tidy(() => tf.mul(estimatedSign(tf.mul(standardized(w).values, 2 * Math.SQRT2), clamped(step)), scale!)),
  project: (w) => w.clone(),
};

/** The clamp's slope: 1 between the quantiles, else 0. */
function clamped({ epoch, epochs }: LayerContext): Slope {
  const share = (Math.exp(epoch / epochs) - 1) / (Math.E - 1);
  const quantile = -Math.log(2 - 2 * (FIRST + (LAST - FIRST) * share));
  return (v) => {
    const size = tf.abs(v);
    return tf.cast(tf.lessEqual(size, tf.mul(tf.mean(size), quantile)), "float32");
  };
}
