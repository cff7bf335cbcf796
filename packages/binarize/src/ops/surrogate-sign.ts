import type { KnownSurrogate } from "@benn/core";
import { runTrainingKernel } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { binarySign, signGradient, signOf } from "./binary-sign.ts";

/**
 * sign(x) with sign(0) = +1, any shape, and a surrogate's gradient: with the gradient g of the result, that of x is g · slope(x). On engines
 * that have kernels for it, only bits are written forward, and backward the slope is computed where it is used. The caller disposes the result.
 */
export function surrogateSign(x: tf.Tensor, surrogate: KnownSurrogate): tf.Tensor {
  if (isStraightThrough(surrogate)) return binarySign(x);
  const op = tf.customGrad((x, save) => {
    (save as tf.GradSaveFunc)([x as tf.Tensor]);
    return {
      value: signOf(x as tf.Tensor),
      gradFunc: (dy: tf.Tensor, [x]: tf.Tensor[]) => surrogateGradient(x as tf.Tensor, dy, surrogate),
    };
  });
  return op(x);
}

/** dy · slope(x), of one shape; the caller disposes it. */
export function surrogateGradient(x: tf.Tensor, dy: tf.Tensor, surrogate: KnownSurrogate): tf.Tensor {
  if (isStraightThrough(surrogate)) return signGradient(x, dy);
  if (surrogate.kind === "tanh") {
    const { steepness, scale = 1 } = surrogate;
    const [dx] = runTrainingKernel("TanhSignGrad", { x, dy }, { steepness, scale }) ?? [];
    return dx ?? tf.tidy(() => tf.mul(dy, tf.mul(tf.sub(1, tf.square(tf.tanh(tf.mul(x, steepness)))), scale * steepness)));
  }
  const { clip = 1 } = surrogate;
  const [c0, c1 = 0, c2 = 0] = surrogate.kind === "polynomial" ? surrogate.coefficients : [1];
  const [dx] = runTrainingKernel("PolynomialSignGrad", { x, dy }, { coefficients: [c0, c1, c2], clip }) ?? [];
  return dx ?? tf.tidy(() => tf.mul(dy, polynomial(x, [c0, c1, c2], clip)));
}

/** Without truth values, which no engine is fast at, and finite where x is not within the clip. */
function polynomial(x: tf.Tensor, [c0, c1, c2]: readonly [number, number, number], clip: number): tf.Tensor {
  const size = tf.abs(x);
  const inside = tf.step(tf.sub(clip, size));
  if (c1 === 0 && c2 === 0) return c0 === 1 ? inside : tf.mul(inside, c0);
  const near = tf.minimum(size, clip);
  const linear = c2 === 0 ? c1 : tf.add(tf.mul(near, c2), c1);
  return tf.mul(inside, tf.add(tf.mul(near, linear), c0));
}

/** Whether it is the gradient that `binarySign` has. */
function isStraightThrough(surrogate: KnownSurrogate): boolean {
  return surrogate.kind === "hard-tanh" && (surrogate.clip ?? 1) === 1;
}
