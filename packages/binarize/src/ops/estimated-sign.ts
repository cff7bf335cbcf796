import type { KnownSurrogate } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { signOf } from "./binary-sign.ts";
import { surrogateGradient } from "./surrogate-sign.ts";

/** Replaces the derivative of a sign at each value, in the shape of x, where no surrogate is declared. */
export type Slope = (x: tf.Tensor) => tf.Tensor;

/**
 * a · sign(x) with sign(0) = +1, any shape, and an estimated gradient: with the gradient g of the result, that of x is
 *
 *     g · a · slope(x)
 *
 * The caller disposes the result.
 * @param scale returns a for x, in a shape that broadcasts to that of x; a constant to gradients. Default 1
 */
export function estimatedSign(x: tf.Tensor, slope: KnownSurrogate | Slope, scale?: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const op = tf.customGrad((latent, save) => {
    const x = latent as tf.Tensor;
    const a = scale?.(x);
    (save as tf.GradSaveFunc)(a ? [x, a] : [x]);
    return {
      value: a ? tf.mul(signOf(x), a) : signOf(x),
      gradFunc: (g: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, a] = saved as [tf.Tensor, tf.Tensor?];
        const estimate = typeof slope === "function" ? tf.mul(g, slope(x)) : surrogateGradient(x, g, slope);
        return a ? tf.mul(estimate, a) : estimate;
      },
    };
  });
  return op(x);
}
