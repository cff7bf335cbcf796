import * as tf from "@benn/core/tensorflow";
import { signOf } from "./binary-sign.ts";

/** Between 2²³ and 2²⁴ float32 has no fractions: adding this rounds to the nearest whole number, ties to even. */
const NO_FRACTIONS = 1.5 * 2 ** 23;

/**
 * Values in units of a step, any shape, as whole numbers: round(max(least, min(most, u))). The gradient passes where least ≤ u ≤ most and
 * is 0 elsewhere (straight-through). Rounds by two additions, which give the same result on every backend. The caller disposes the result.
 */
export function roundedCodes(u: tf.Tensor, least: number, most: number): tf.Tensor {
  const round = (u: tf.Tensor): tf.Tensor => tf.sub(tf.add(tf.clipByValue(u, least, most), NO_FRACTIONS), NO_FRACTIONS);
  return passedWithin(u, round, least, most);
}

/** sign(u) with sign(0) = +1: 1-bit codes; the gradient passes where −1 ≤ u ≤ 1. The caller disposes the result. */
export function signCodes(u: tf.Tensor): tf.Tensor {
  return passedWithin(u, signOf, -1, 1);
}

function passedWithin(u: tf.Tensor, value: (u: tf.Tensor) => tf.Tensor, least: number, most: number): tf.Tensor {
  const op = tf.customGrad((values, save) => {
    const u = values as tf.Tensor;
    (save as tf.GradSaveFunc)([u]);
    return {
      value: value(u),
      gradFunc: (g: tf.Tensor, saved: tf.Tensor[]) => {
        const [u] = saved as [tf.Tensor];
        // Without booleans, which are slow on every engine.
        return tf.mul(g, tf.sub(1, tf.step(tf.maximum(tf.sub(least, u), tf.sub(u, most)))));
      },
    };
  });
  return op(u);
}
