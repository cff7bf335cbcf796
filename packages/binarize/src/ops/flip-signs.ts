import * as tf from "@benn/core/tensorflow";
import { dropoutMask } from "./dropout-mask.ts";

/**
 * x with the sign of random elements flipped, exactly: ±a stays ±a. The same seed flips the same elements on every backend. The caller
 * disposes the result.
 * @param share of the elements that are flipped, 0 to 1
 * @param seed 32 bits
 */
export function flipSigns(x: tf.Tensor, share: number, seed: number): tf.Tensor {
  // Kept elements give 2x − x, dropped ones 0 − x: both without rounding.
  return tf.tidy(() => tf.sub(tf.mul(dropoutMask(x, share, seed), 2), x));
}
