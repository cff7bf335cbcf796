import type { Binarizer } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { estimatedSign } from "./ops/estimated-sign.ts";
import { filterAxes } from "./ops/filter-axes.ts";
import { surrogateSign } from "./ops/surrogate-sign.ts";
import { triangle } from "./ops/triangle.ts";

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
  surrogate: () => triangle,
  activations: (x) => surrogateSign(x, triangle),
  kernel: (w) => estimatedSign(w, { kind: "hard-tanh" }, (w) => tf.mean(tf.abs(w), filterAxes(w), true)),
  project: (w) => w.clone(),
};
