import { deriveSeed } from "@benn/core";
import { EVALUATION } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { describe, expect, test } from "vitest";
import { normal } from "../../test/finite-differences.ts";
import { deterministic } from "../deterministic.ts";
import { none } from "../none.ts";
import { stochastic } from "../stochastic.ts";
import { dropoutMask } from "../ops/dropout-mask.ts";
import { BinaryConv2D } from "./binary-conv2d.ts";
import { BinaryDense } from "./binary-dense.ts";

const step = { training: true, seed: 1, epoch: 0, epochs: 1 };

const oneLayer = (layer: tf.layers.Layer, shape: number[]): tf.LayersModel =>
  tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: shape }), layer] });

describe("BinaryConv2D", () => {
  test("projects its latent kernel when told of a step, and keeps it centred and within [−1, 1]", () => {
    const kernelInitializer = tf.initializers.randomNormal({ mean: 0.7, stddev: 1, seed: 1 });
    const layer = new BinaryConv2D({ name: "conv", binarizer: deterministic, filters: 3, kernelSize: 3, kernelInitializer });
    const model = oneLayer(layer, [5, 5, 4]);
    layer.prepare(EVALUATION);
    const kernel = layer.weights[0]?.read() as tf.Tensor4D;
    tf.tidy(() => {
      expect(tf.max(tf.abs(kernel)).dataSync()[0]).toBeLessThanOrEqual(1);
      expect(tf.abs(tf.mean(kernel, 2)).mean().dataSync()[0]).toBeLessThan(0.2); // was 0.7; clipping moves it a little
    });
    model.dispose();
  });

  test("is its own twin with real values: the same as an ordinary convolution", () => {
    const layer = new BinaryConv2D({
      name: "conv",
      binarizer: none,
      filters: 3,
      kernelSize: 3,
      strides: 2,
      padding: 1,
      activation: "relu",
    });
    const model = oneLayer(layer, [6, 6, 2]);
    tf.tidy(() => {
      const x = normal([2, 6, 6, 2], 1) as tf.Tensor4D;
      const [kernel] = layer.getWeights();
      const expected = tf.relu(tf.conv2d(x, kernel as tf.Tensor4D, 2, 1)).dataSync();
      expect((model.predict(x) as tf.Tensor).shape).toEqual([2, 3, 3, 3]);
      expect([...(model.predict(x) as tf.Tensor).dataSync()]).toEqual([...expected]);
    });
    model.dispose();
  });

  test("drops inputs in training alone, from the step's seed and its own name, and doubles what is kept of half", () => {
    const layer = new BinaryConv2D({ name: "conv", binarizer: deterministic, filters: 2, kernelSize: 1, dropout: 0.5, useBias: false });
    const model = oneLayer(layer, [4, 4, 8]);
    tf.tidy(() => {
      const x = normal([1, 4, 4, 8], 3) as tf.Tensor4D;
      const run = (training: boolean, seed: number, part?: number) => {
        layer.prepare({ ...step, training, seed, ...(part === undefined ? {} : { part }) });
        return [...(model.apply(x, { training }) as tf.Tensor).dataSync()];
      };
      expect(run(false, 1)).toEqual(run(false, 2));
      expect(run(true, 1)).toEqual(run(true, 1));
      expect(run(true, 1)).not.toEqual(run(true, 2));
      expect(run(true, 1, 0)).toEqual(run(true, 1));
      expect(run(true, 1, 1)).toEqual(run(true, 1, 1));
      expect(new Set([0, 1, 2].map((part) => String(run(true, 1, part)))).size).toBe(3);
      const signs = deterministic.activations(x, step, {});
      const kept = dropoutMask(signs, 0.5, deriveSeed(1, "conv")) as tf.Tensor4D;
      const kernel = deterministic.kernel(layer.getWeights()[0] as tf.Tensor, step, {}) as tf.Tensor4D;
      const expected = tf.mul(tf.conv2d(kept, kernel, 1, "valid"), 2).dataSync();
      for (const [i, value] of run(true, 1).entries()) expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 5);
    });
    model.dispose();
  });
});

describe("a step in parts", () => {
  test("projects the latent kernel before the first of them alone", () => {
    const kernelInitializer = tf.initializers.randomNormal({ mean: 0.7, stddev: 1, seed: 1 });
    const layer = new BinaryDense({ name: "dense", binarizer: deterministic, units: 3, kernelInitializer });
    const model = oneLayer(layer, [7]);
    const kernel = () => [...(layer.getWeights()[0] as tf.Tensor).dataSync()];
    const before = kernel();
    layer.prepare({ ...step, part: 1 });
    expect(kernel()).toEqual(before);
    layer.prepare({ ...step, part: 0 });
    expect(kernel()).not.toEqual(before);
    model.dispose();
  });

  test("has one draw of a drawn kernel, whatever the part", () => {
    const layer = new BinaryDense({ name: "dense", binarizer: stochastic, units: 3 });
    const model = oneLayer(layer, [7]);
    tf.tidy(() => {
      const x = normal([4, 7], 1);
      const run = (seed: number, part: number) => {
        layer.prepare({ ...step, seed, part });
        return [...(model.apply(x, { training: true }) as tf.Tensor).dataSync()];
      };
      run(1, 0); // clips the kernel
      expect(run(1, 1)).toEqual(run(1, 0));
      expect(run(2, 1)).not.toEqual(run(1, 1));
    });
    model.dispose();
  });
});

describe("BinaryDense", () => {
  test("multiplies signs of inputs and weights, scaled by unit", () => {
    const layer = new BinaryDense({ name: "dense", binarizer: deterministic, units: 3 });
    const model = oneLayer(layer, [7]);
    tf.tidy(() => {
      const x = normal([4, 7], 1);
      const kernel = deterministic.kernel(layer.getWeights()[0] as tf.Tensor, EVALUATION, {});
      const expected = tf.matMul(deterministic.activations(x, EVALUATION, {}) as tf.Tensor2D, kernel as tf.Tensor2D).dataSync();
      for (const [i, value] of (model.predict(x) as tf.Tensor).dataSync().entries())
        expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 5);
    });
    model.dispose();
  });
});
