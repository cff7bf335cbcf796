import * as tf from "@benn/core/tensorflow";
import { expect, test } from "vitest";
import { expectGradient, normal } from "../../test/finite-differences.ts";
import { binaryKernel, centreAndClip } from "./binary-kernel.ts";

test("a kernel is its signs times the mean magnitude of each filter", () => {
  tf.tidy(() => {
    const w = tf.tensor4d([0.5, -1, 0, 2, -0.25, 3], [1, 3, 1, 2]);
    const [a, b] = [(0.5 + 0 + 0.25) / 3, (1 + 2 + 3) / 3];
    expect([...binaryKernel(w).dataSync()]).toEqual([a, -b, a, b, -a, b].map(Math.fround));
  });
});

test("the gradient is a·g + sign·Σ(g·sign)/n, times n and the share that centring leaves, worked by hand", () => {
  tf.tidy(() => {
    // One filter, two input channels, n = 2: a = 0.4, Σ(g·sign)/n = (1·2 − 1·(−1)) / 2 = 1.5, factor (1 − 1/2) · 2 = 1.
    const w = tf.tensor4d([0.3, -0.5], [1, 1, 2, 1]);
    const g = tf.tensor4d([2, -1], [1, 1, 2, 1]);
    const [gradient] = tf.grads((w) => tf.sum(tf.mul(binaryKernel(w), g)))([w]);
    const [first, second] = gradient?.dataSync() ?? [];
    expect(first).toBeCloseTo(0.4 * 2 + 1.5, 5);
    expect(second).toBeCloseTo(0.4 * -1 - 1.5, 5);
  });
});

test("outside [−1, 1] the straight-through term is gone, and with one input channel nothing is taken off", () => {
  tf.tidy(() => {
    const gradientOf = (w: tf.Tensor) => [
      ...tf
        .grad((w) => tf.sum(binaryKernel(w)))(w)
        .dataSync(),
    ];
    // n = 1 and cin = 1: a = |w|, g = 1: a·1 (if |w| ≤ 1) + 1.
    expect(gradientOf(tf.tensor4d([0.5], [1, 1, 1, 1]))).toEqual([1.5]);
    expect(gradientOf(tf.tensor4d([2], [1, 1, 1, 1]))).toEqual([1]);
    expect(gradientOf(tf.tensor2d([[0.5]]))).toEqual([1.5]);
  });
});

test("where signs let nothing through, the gradient is the true derivative of the scale", () => {
  // With |w| > 1 only the term of the scale is left; with two input channels and a 1×1 kernel the factor is (1 − 1/2) · 2 = 1.
  const w = tf.tidy(() => {
    const values = normal([1, 1, 2, 3], 1);
    return tf.add(values, tf.mul(2, tf.sign(values)));
  });
  expectGradient((w) => binaryKernel(w), w);
  w.dispose();
});

test("the rule for latent kernels takes the mean over input channels away, then clips", () => {
  tf.tidy(() => {
    const w = tf.tensor4d([4, 1, 0, 3], [1, 1, 2, 2]);
    expect([...centreAndClip(w).dataSync()]).toEqual([1, -1, -1, 1]);
    expect([...centreAndClip(tf.tensor2d([[0.5], [0]])).dataSync()]).toEqual([0.25, -0.25]);
    expect([...centreAndClip(tf.tensor4d([0.5, -3], [1, 1, 1, 2])).dataSync()]).toEqual([0.5, -1]);
  });
});
