import type { Binarizer } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { approxSign } from "./approx-sign.ts";
import { surrogateSign } from "./ops/surrogate-sign.ts";
import { triangle } from "./ops/triangle.ts";

/**
 * The binarizer of ReActNet: signs after a trained shift per channel, x̂ = sign(x − shift), with the gradient and the kernels of
 * `approxSign`. Shifts start at 0. Packed models fold them into thresholds. The matching activation is the layer `RPReLU`, which
 * architectures use with the option `activation`.
 * @see Z. Liu et al., "ReActNet: Towards Precise Binary Neural Network with Generalized Activation Functions", ECCV 2020, section 4
 */
export const rsign: Binarizer = {
  bits: approxSign.bits,
  parameters: ({ inputShape }) => ({ shift: tf.zeros([inputShape.at(-1) ?? 1]) }),
  activations: (x, _, { shift }) => tf.tidy(() => surrogateSign(tf.sub(x, shift!), triangle)),
  kernel: approxSign.kernel,
  project: approxSign.project,
};
