import { BINARIZERS, createContainer } from "@benn/core";
import { EVALUATION } from "@benn/core/internals";
import { testBinarizer } from "@benn/core/testing";
import * as tf from "@benn/core/tensorflow";
import { expect, test } from "vitest";
import { deterministic } from "./deterministic.ts";
import plugin from "./index.ts";
import { none } from "./none.ts";
import { sign } from "./sign.ts";
import { stochastic } from "./stochastic.ts";

testBinarizer("deterministic", () => deterministic);
testBinarizer("stochastic", () => stochastic);
testBinarizer("none", () => none);
testBinarizer("sign", () => sign);

test("sign leaves signs as they are and gives them the gradient whole; others are clipped", () => {
  const { numTensors } = tf.memory();
  tf.tidy(() => {
    const w = tf.tensor2d([
      [1, -1],
      [-1, 1],
      [-3, 0],
    ]);
    const projected = sign.project(w);
    expect([...projected.dataSync()]).toEqual([1, -1, -1, 1, -1, 0]);
    const dy = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => sign.kernel(x, EVALUATION, {}))(projected, dy);
    expect([...value.dataSync()]).toEqual([1, -1, -1, 1, -1, 1]);
    expect([...grad.dataSync()]).toEqual([1, 2, 3, 4, 5, 6]);
  });
  expect(tf.memory().numTensors).toBe(numTensors);
});

test("the binarizers are registered by name", () => {
  const container = createContainer();
  void plugin.register(container);
  expect(plugin.name).toBe("@benn/binarize");
  const binarizers = container.resolve(BINARIZERS);
  const papers = ["approx-sign", "ede", "rsign", "recu", "adabin", "sign", "dorefa", "lsq"];
  expect(binarizers.names()).toEqual(["deterministic", "stochastic", ...papers, "none"]);
  for (const [name, { bits }] of Object.entries({ deterministic, stochastic, none })) expect(binarizers.create(name).bits).toEqual(bits);
});

const training = { training: true, seed: 3, epoch: 0, epochs: 1 };

test("a stochastic weight w is +1 in about (w + 1) / 2 of the draws, drawn anew each step and plain in evaluation", () => {
  tf.tidy(() => {
    for (const w of [-1, -0.5, 0.2, 1]) {
      const kernel = tf.fill([10_000, 1], w);
      const positive = stochastic
        .kernel(kernel, training, {})
        .dataSync()
        .filter((value) => value > 0).length;
      expect(Math.abs(positive / 10_000 - (w + 1) / 2)).toBeLessThan(0.02);
      if (Math.abs(w) === 1) expect(positive).toBe(w > 0 ? 10_000 : 0);
    }
    const kernel = tf.fill([50, 1], 0.1);
    const drawn = (seed: number) => [...stochastic.kernel(kernel, { ...training, seed }, {}).dataSync()];
    expect(drawn(1)).not.toEqual(drawn(2));
    expect(new Set(stochastic.kernel(kernel, EVALUATION, {}).dataSync()).size).toBe(1);
  });
});
