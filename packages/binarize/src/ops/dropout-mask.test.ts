import * as tf from "@benn/core/tensorflow";
import { expect, test } from "vitest";
import { dropoutMask } from "./dropout-mask.ts";

test("about `rate` of the elements become 0, the others stay, and the gradient is masked alike", () => {
  tf.tidy(() => {
    const x = tf.fill([100, 100], -1);
    const dropped = dropoutMask(x, 0.3, 11).dataSync();
    const share = dropped.filter((value) => value === 0).length / dropped.length;
    expect(Math.abs(share - 0.3)).toBeLessThan(0.02);
    expect(new Set(dropped)).toEqual(new Set([0, -1]));
    const gradient = tf
      .grad((x) => tf.sum(tf.mul(dropoutMask(x, 0.3, 11), 5)))(x)
      .dataSync();
    expect(gradient.every((g, i) => g === (dropped[i] === 0 ? 0 : 5))).toBe(true);
  });
});

test("the same seed drops the same elements, another one others", () => {
  tf.tidy(() => {
    const drop = (seed: number) => [...dropoutMask(tf.ones([200]), 0.5, seed).dataSync()];
    expect(drop(1)).toEqual(drop(1));
    expect(drop(1)).not.toEqual(drop(2));
  });
});
