import * as tf from "./tensorflow.ts";
import { expect, test } from "vitest";
import { mapLogits } from "./linear-map.ts";

test("a map is a product with a matrix plus a bias, in float32", () => {
  const logits = Float32Array.from({ length: 4 * 3 }, (_, i) => Math.sin(i));
  const weights = Float32Array.from({ length: 9 }, (_, i) => Math.cos(i));
  const bias = Float32Array.of(1, -2, 0.5);
  const product = tf.tidy(() => tf.add(tf.matMul(tf.tensor2d(logits, [4, 3]), tf.tensor2d(weights, [3, 3])), bias).dataSync());
  const mapped = mapLogits(logits, { weights, bias });
  for (const [i, value] of product.entries()) expect(mapped[i]).toBeCloseTo(value, 5);
  expect(mapped).not.toEqual(logits);
});

test("products of 256 classes are summed by themselves", () => {
  const logits = new Float32Array(300).fill(1);
  logits[0] = 2 ** 24; // adding 1 to it is lost, but not the sum of the 44 behind the block
  const weights = new Float32Array(300 * 300).fill(1);
  expect(mapLogits(logits, { weights, bias: new Float32Array(300) })[7]).toBe(2 ** 24 + 44);
});

test("factors of each class are applied to that class", () => {
  const map = { weights: Float32Array.of(2, 0.1), bias: Float32Array.of(0.5, 1e-3) };
  const expected = [2 * 3 + 0.5, Math.fround(Math.fround(Math.fround(0.7) * Math.fround(0.1)) + Math.fround(1e-3))];
  expect([...mapLogits(Float32Array.of(3, 0.7), map)]).toEqual(expected);
});
