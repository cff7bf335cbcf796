import * as tf from "@benn/core/tensorflow";
import { expect, test } from "vitest";
import { AveragePooling2D, MaxPooling2D } from "./pooling2d.ts";

const apply = (layer: tf.layers.Layer, x: tf.Tensor4D) => layer.apply(x) as tf.Tensor4D;
const options = { poolSize: 3, strides: 2, padding: 1 };

test("the average divides by nine everywhere, padding counted as zeros", () => {
  tf.tidy(() => {
    const y = apply(new AveragePooling2D(options), tf.ones([1, 4, 4, 1]));
    expect(y.shape).toEqual([1, 2, 2, 1]);
    expect([...y.dataSync()].map((value) => Math.round(value * 9))).toEqual([4, 6, 6, 9]);
  });
});

test("padding never wins a maximum, even of negative values", () => {
  tf.tidy(() => {
    expect([...apply(new MaxPooling2D(options), tf.fill([1, 3, 3, 1], -2)).dataSync()]).toEqual([-2, -2, -2, -2]);
  });
});

test("of equal values the first of the window takes the gradient", () => {
  tf.tidy(() => {
    const gradient = tf.grad((x) => tf.sum(tf.maxPool(x as tf.Tensor4D, 3, 2, 1, "floor")))(tf.ones([1, 4, 4, 1]));
    expect([...gradient.dataSync()]).toEqual([1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });
});

test("shapes that are announced are the shapes that come", () => {
  const wide = { poolSize: 5, strides: 3, padding: 2 };
  for (const layer of [new MaxPooling2D(options), new AveragePooling2D(options), new MaxPooling2D(wide), new AveragePooling2D(wide)]) {
    for (const side of [4, 5, 7]) {
      tf.tidy(() => {
        expect(apply(layer, tf.ones([2, side, 8, 3])).shape.slice(1)).toEqual(layer.computeOutputShape([null, side, 8, 3]).slice(1));
      });
    }
  }
});
