import type { Binarizer } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { estimatedSign, type Slope, triangle } from "./ops/estimated-sign.ts";
import { filterAxes } from "./ops/filter-axes.ts";

/** 1 where |w| < 1, else 0. */
const inside: Slope = (w) => tf.cast(tf.less(tf.abs(w), 1), "float32");

/**
 * The binarizer of Bi-Real Net: x̂ = sign(x), ŵ = mean |w| · sign(w), with gradients
 *
 *     ∂x̂/∂x = max(0, 2 − 2|x|),   ∂ŵ/∂w = mean |w| where |w| < 1, else 0
 *
 * The first is that of the piecewise quadratic curve nearest to the sign ("ApproxSign"), the second "magnitude-aware". Latent kernels are
 * not projected.
 * @see Z. Liu et al., "Bi-Real Net: Enhancing the Performance of 1-bit CNNs", ECCV 2018, section 3.2
 */
export const approxSign: Binarizer = {
  bits: { activations: 1, kernel: 1 },
  activations: (x) => estimatedSign(x, triangle),
  kernel: (w) => estimatedSign(w, inside, (w) => tf.mean(tf.abs(w), filterAxes(w), true)),
  project: (w) => w.clone(),
};
