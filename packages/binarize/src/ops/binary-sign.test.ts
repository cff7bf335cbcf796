import * as tf from "@benn/core/tensorflow";
import { expect, test } from "vitest";
import { binarySign } from "./binary-sign.ts";

test("signs are −1 below 0 and +1 from 0 on, however small the value", () => {
  tf.tidy(() => {
    expect([...binarySign(tf.tensor1d([-2, -1e-38, -0, 0, 1e-38, 2])).dataSync()]).toEqual([-1, -1, 1, 1, 1, 1]);
  });
});

test("the gradient passes strictly between −1 and 1", () => {
  tf.tidy(() => {
    const x = tf.tensor1d([-2, -1, -0.999, 0, 0.999, 1, 2]);
    expect([
      ...tf
        .grad((x) => tf.sum(tf.mul(binarySign(x), 3)))(x)
        .dataSync(),
    ]).toEqual([0, 0, 3, 3, 3, 0, 0]);
  });
});
