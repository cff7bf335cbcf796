import { type Binarizer, deriveSeed } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { dropoutMask } from "./dropout-mask.ts";

/**
 * Codes 0 … 2ᵏ − 1 with random bits flipped: each of the k bits of each code independently. The same seed flips the same bits on every
 * backend. No gradient. The caller disposes the result.
 * @param bits k
 * @param share of the bits that are flipped, 0 to 1
 * @param seed 32 bits
 */
export function flipBits(codes: tf.Tensor, bits: number, share: number, seed: number): tf.Tensor {
  return tf.tidy(() => {
    const ones = tf.onesLike(codes);
    let flipped = codes.clone();
    for (let bit = 0; bit < bits; bit++) {
      const flips = tf.sub(ones, dropoutMask(ones, share, deriveSeed(seed, "bit", bit)));
      const isSet = tf.mod(tf.floor(tf.div(codes, 2 ** bit)), 2);
      flipped = tf.add(flipped, tf.mul(tf.mul(tf.sub(1, tf.mul(isSet, 2)), 2 ** bit), flips));
    }
    return flipped;
  });
}

/**
 * The same for the codes of a kernel, −2ᵏ⁻¹ … 2ᵏ⁻¹ − 1, or if all are odd −(2ᵏ − 1) … 2ᵏ − 1: flips the bits of each code's level index,
 * counted from the lowest.
 * @see Binarizer.scale
 */
export function flipKernelBits(codes: tf.Tensor, bits: Exclude<Binarizer["bits"]["kernel"], 32>, share: number, seed: number): tf.Tensor {
  return tf.tidy(() => {
    // 1 if all codes are odd, so that levels are 2 apart: computed on the device, since a synchronous read is not possible on WebGPU.
    const allOdd = tf.min(tf.mod(tf.abs(codes), 2));
    const gap = tf.add(allOdd, 1);
    const lowest = tf.sub(tf.mul(allOdd, 1 - 2 ** (bits - 1)), 2 ** (bits - 1));
    const levels = tf.div(tf.sub(codes, lowest), gap);
    return tf.add(tf.mul(flipBits(levels, bits, share, seed), gap), lowest);
  });
}
