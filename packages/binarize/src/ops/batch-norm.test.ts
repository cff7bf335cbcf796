import * as tf from "@benn/core/tensorflow";
import { expect, test } from "vitest";
import { expectGradient, normal } from "../../test/finite-differences.ts";
import { batchNorm } from "./batch-norm.ts";

const EPSILON = 1e-4;
const yOf = (x: tf.Tensor, scale?: tf.Tensor, offset?: tf.Tensor): tf.Tensor => {
  const { y, mean, variance } = batchNorm(x, scale as tf.Tensor1D | undefined, offset as tf.Tensor1D | undefined, EPSILON);
  tf.dispose([mean, variance]);
  return y;
};

test("each channel gets mean 0 and deviation 1, then scale and offset", () => {
  const [x, scale, offset] = [normal([4, 3, 2, 2], 1, 3), tf.tensor1d([2, 1]), tf.tensor1d([5, 0])];
  const { y, mean, variance } = batchNorm(x, scale, offset, EPSILON);
  const values = x.dataSync();
  for (const channel of [0, 1]) {
    const own = [...values].filter((_, i) => i % 2 === channel);
    const average = own.reduce((sum, v) => sum + v, 0) / own.length;
    const spread = own.reduce((sum, v) => sum + (v - average) ** 2, 0) / own.length;
    expect(mean.dataSync()[channel]).toBeCloseTo(average, 5);
    expect(variance.dataSync()[channel]).toBeCloseTo(spread, 4);
    const normalized = [...y.dataSync()].filter((_, i) => i % 2 === channel);
    const expected = own.map((v) => ((v - average) / Math.sqrt(spread + EPSILON)) * (channel ? 1 : 2) + (channel ? 0 : 5));
    for (const [i, value] of normalized.entries()) expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 4);
  }
  tf.dispose([x, scale, offset, y, mean, variance]);
});

test("the gradients of inputs, scale and offset agree with differences, with and without scale and offset", () => {
  const [x, scale, offset] = [normal([3, 2, 2, 2], 2), normal([2], 3), normal([2], 4)];
  expectGradient((x) => yOf(x, scale, offset), x);
  expectGradient((x) => yOf(x), x);
  expectGradient((scale) => yOf(x, scale, offset), scale);
  expectGradient((offset) => yOf(x, scale, offset), offset);
  tf.dispose([x, scale, offset]);
});

test("normalises [batch, units] too", () => {
  const x = normal([6, 3], 5);
  expectGradient((x) => yOf(x), x);
  x.dispose();
});
