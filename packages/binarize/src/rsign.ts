import type { Binarizer } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { approxSign } from "./approx-sign.ts";
import { estimatedSign, triangle } from "./ops/estimated-sign.ts";

/**
 * The binarizer of ReActNet: signs behind a trained shift of each channel, x̂ = sign(x − shift), with the gradient and the kernels of
 * `approxSign`. Shifts start at 0. A packed model folds them into its thresholds. The activation that goes with it, RPReLU, is the layer
 * `RPReLU`, which architectures take by their option `activation`.
 * @see Z. Liu et al., "ReActNet: Towards Precise Binary Neural Network with Generalized Activation Functions", ECCV 2020, section 4
 */
export const rsign: Binarizer = {
  ...approxSign,
  parameters: ({ inputShape }) => ({ shift: tf.zeros([inputShape.at(-1) ?? 1]) }),
  activations: (x, _, { shift }) => tf.tidy(() => estimatedSign(tf.sub(x, shift!), triangle)),
};
