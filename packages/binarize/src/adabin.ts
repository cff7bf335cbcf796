import type { Binarizer } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { decaying } from "./ede.ts";
import { estimatedSign } from "./ops/estimated-sign.ts";
import { standardized } from "./ops/standardized.ts";
import { surrogateSign } from "./ops/surrogate-sign.ts";
import { triangle } from "./ops/triangle.ts";

/**
 * The binarizer of AdaBin: two values that are not −1 and +1 but adapt to what they represent.
 *
 *     x̂ = scale · sign((x − offset) / scale) + offset,   ŵ = deviation · sign((w − mean) / deviation) + mean
 *
 * Scale and offset are trained, one of each per layer, starting from 1 and 0; mean and deviation are those of each filter. The gradient of
 * the activations' sign is that of `approxSign`, of the kernels' that of `ede`; through scale, offset, mean and deviation it is exact.
 * Latent kernels are not projected.
 *
 * Since 1 bit means −1 and +1 in a binarizer, these two values are declared as 2 bits: layers compute with real numbers, sizes count two
 * bits per weight, and packed models, which cannot represent such values, refuse them (train with `exportable=false`).
 * @see Z. Tu et al., "AdaBin: Improving Binary Neural Networks with Adaptive Binary Sets", ECCV 2022, section 3
 */
export const adabin: Binarizer = {
  bits: { activations: 2, kernel: 2 },
  parameters: () => ({ scale: tf.ones([1]), offset: tf.zeros([1]) }),
  activations: (x, _, { scale, offset }) =>
    tf.tidy(() => tf.add(tf.mul(surrogateSign(tf.div(tf.sub(x, offset!), scale!), triangle), scale!), offset!)),
  kernel: (w, step) =>
    tf.tidy(() => {
      const { values, mean, deviation } = standardized(w);
      return tf.add(tf.mul(estimatedSign(values, decaying(step)), deviation), mean);
    }),
  project: (w) => w.clone(),
};
