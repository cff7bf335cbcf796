import { createRandom } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { expect } from "vitest";

/** Standard normal values of a shape, the same on every call. The caller disposes them. */
export function normal(shape: readonly number[], seed: number, deviation = 1): tf.Tensor {
  const random = createRandom(seed, "test", ...shape);
  const values = Float32Array.from({ length: shape.reduce((product, n) => product * n, 1) }, () => deviation * random.normal());
  return tf.tensor(values, [...shape]);
}

/**
 * Compares the gradient of Σ weights · f(x) with central differences at every element of x; f must be smooth there.
 * @param step small enough for curvature, large enough for float32
 */
export function expectGradient(f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor, { step = 1e-2, tolerance = 1e-2 } = {}): void {
  tf.tidy(() => {
    const weights = normal(f(x).shape, 7);
    const loss = (x: tf.Tensor): tf.Scalar => tf.sum(tf.mul(f(x), weights));
    const gradient = tf.grad(loss)(x).dataSync();
    const at = x.dataSync();
    const largest = Math.max(...gradient.map(Math.abs));
    for (const [i, value] of at.entries()) {
      const moved = (by: number): number => {
        const there = at.slice();
        there[i] = value + by;
        return loss(tf.tensor(there, x.shape)).dataSync()[0] ?? Number.NaN;
      };
      const difference = (moved(step) - moved(-step)) / (2 * step);
      expect(Math.abs((gradient[i] ?? Number.NaN) - difference), `gradient ${i}: ${gradient[i]}, difference ${difference}`).toBeLessThan(
        tolerance * (1 + largest),
      );
    }
  });
}
