import { deriveSeed } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { expect, test } from "vitest";
import { normal } from "../../test/finite-differences.ts";
import { deterministic } from "../deterministic.ts";
import { none } from "../none.ts";
import { dropoutMask } from "../ops/dropout-mask.ts";
import { BatchNorm } from "./batch-norm.ts";
import { binaryBlock } from "./binary-block.ts";
import { BinaryConv2D } from "./binary-conv2d.ts";
import { BinaryDense } from "./binary-dense.ts";
import { AveragePooling2D, MaxPooling2D } from "./pooling2d.ts";

const step = { training: true, seed: 1, epoch: 0, epochs: 1 };
const conv = { name: "conv", binarizer: none, filters: 3, kernelSize: 3 };
const values = (tensor: tf.Tensor) => [...tensor.dataSync()];
function expectClose(actual: tf.Tensor, expected: tf.Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  const wanted = values(expected);
  for (const [i, value] of values(actual).entries()) expect(value).toBeCloseTo(wanted[i] ?? Number.NaN, 5);
}

test("a layer tells its class and its options", () => {
  const bits = { activations: 32, kernel: 32 };
  const told: readonly (readonly [tf.layers.Layer, string, object])[] = [
    [new BatchNorm({ name: "a", epsilon: 1e-3 }), "BatchNorm", { name: "a", affine: true, epsilon: 1e-3, momentum: 0.9 }],
    [
      new BinaryConv2D({ ...conv, strides: 2, padding: 2, activation: "relu", dropout: 0.5 }),
      "BinaryConv2D",
      { name: "conv", filters: 3, kernelSize: 3, strides: 2, padding: 2, activation: "relu", dropout: 0.5, useBias: true, bits },
    ],
    [
      new BinaryDense({ name: "d", binarizer: none, units: 4, useBias: false }),
      "BinaryDense",
      { name: "d", units: 4, activation: "linear", dropout: 0, useBias: false, bits },
    ],
    [new MaxPooling2D({ name: "m", poolSize: 3, strides: 2 }), "PaddedMaxPooling2D", { name: "m", poolSize: 3, strides: 2, padding: 0 }],
    [new AveragePooling2D({ name: "p", poolSize: 2, strides: 1, padding: 1 }), "PaddedAveragePooling2D", { name: "p", padding: 1 }],
  ];
  for (const [layer, name, config] of told) {
    expect(layer.getClassName()).toBe(name);
    expect(layer.getConfig()).toMatchObject(config);
  }
  for (const layer of [new BatchNorm(), new MaxPooling2D({ poolSize: 2, strides: 2 })]) expect(layer.name).not.toBe("undefined");
});

test("the first layer of a model may say what shape it takes", () => {
  const layers = [
    new BatchNorm({ inputShape: [4, 5, 2] }),
    new BinaryConv2D({ ...conv, inputShape: [4, 5, 2] }),
    new BinaryDense({ name: "d", binarizer: none, units: 2, inputShape: [6] }),
  ];
  for (const layer of layers) {
    const model = tf.sequential({ layers: [layer] });
    expect(model.inputs[0]?.shape.slice(1)).toEqual(layer instanceof BinaryDense ? [6] : [4, 5, 2]);
    model.dispose();
  }
});

test("a call that says nothing of training evaluates", () => {
  tf.tidy(() => {
    const x = normal([4, 3], 1);
    for (const layer of [new BatchNorm(), new BinaryDense({ name: "d", binarizer: deterministic, units: 2, dropout: 0.5 })]) {
      const evaluated = values(layer.apply(x, { training: false }) as tf.Tensor);
      expect(values(layer.call(x))).toEqual(evaluated);
      if (layer instanceof BatchNorm) expect(values(layer.getWeights()[2] as tf.Tensor)).toEqual([0, 0, 0]);
    }
  });
});

test("a layer that is not built, or gets two inputs, says so", () => {
  tf.tidy(() => {
    const x = tf.ones([1, 3]);
    expect(() => new BatchNorm({ name: "bn" }).call(x)).toThrow("bn: is not built");
    expect(() => new BinaryDense({ name: "d", binarizer: none, units: 2 }).call(x)).toThrow("d: is not built");
    expect(() => new AveragePooling2D({ poolSize: 1, strides: 1 }).call([tf.ones([1, 2, 2, 1]), tf.ones([1, 2, 2, 1])])).toThrow("got 2");
    expect(() => new AveragePooling2D({ poolSize: 1, strides: 1 }).call([])).toThrow("got 0");
  });
});

test("the first kernel is drawn from the layer's name alone, with a deviation of 0.05; the bias begins at 0 or is not there", () => {
  const weightsOf = (name: string, useBias: boolean) => {
    const layer = new BinaryDense({ name, binarizer: none, units: 30, useBias });
    layer.build([null, 40]);
    return layer.getWeights();
  };
  const [kernel, bias] = weightsOf("a", true);
  expect(values(bias!)).toEqual(Array.from({ length: 30 }, () => 0));
  expect(weightsOf("a", false)).toHaveLength(1);
  expect(values(weightsOf("a", false)[0]!)).toEqual(values(kernel!));
  expect(values(weightsOf("b", false)[0]!)).not.toEqual(values(kernel!));
  const variance = values(kernel!).reduce((sum, w) => sum + w * w, 0) / 1200;
  expect(Math.abs(Math.sqrt(variance) - 0.05)).toBeLessThan(0.005);
});

test("a convolution pads as it is told, and announces the shape that comes", () => {
  tf.tidy(() => {
    for (const padding of [0, 1, 2, "same"] as const)
      for (const strides of [1, 2]) {
        const layer = new BinaryConv2D({ ...conv, padding, strides });
        const x = normal([2, 5, 8, 2], 3) as tf.Tensor4D;
        const y = layer.apply(x) as tf.Tensor;
        expectClose(y, tf.conv2d(x, layer.getWeights()[0] as tf.Tensor4D, strides, padding === "same" ? 1 : padding));
        expect(layer.computeOutputShape([null, 5, 8, 2])).toEqual([null, ...y.shape.slice(1)]);
        expect(layer.computeOutputShape([null, null, null, 2])).toEqual([null, null, null, 3]);
      }
  });
});

test("real values are dropped and scaled as signs are, then biased and clipped, by convolutions and dense layers", () => {
  tf.tidy(() => {
    for (const binarizer of [none, deterministic])
      for (const activation of ["linear", "relu"] as const)
        for (const dropout of [0, 0.75]) {
          const options = { binarizer, activation, dropout };
          const layers = [
            new BinaryDense({ name: "l", units: 3, ...options }),
            new BinaryConv2D({ ...conv, name: "l", kernelSize: 1, ...options }),
          ];
          for (const layer of layers) {
            const x = normal(layer instanceof BinaryDense ? [5, 7] : [5, 1, 1, 7], 1);
            layer.build(x.shape);
            const bias = normal([3], 2);
            layer.setWeights([layer.getWeights()[0]!, bias]);
            layer.prepare(step);
            const latent = tf.reshape(layer.getWeights()[0]!, [7, 3]);
            const kernel = binarizer.kernel(latent, step, {}) as tf.Tensor2D;
            const signs = binarizer.activations(tf.reshape(x, [5, 7]), step, {});
            const kept = dropout === 0 ? signs : dropoutMask(signs, dropout, deriveSeed(1, "l"));
            const sums = tf.add(tf.mul(tf.matMul(kept as tf.Tensor2D, kernel), 1 / (1 - dropout)), bias);
            const y = tf.reshape(layer.apply(x, { training: true }) as tf.Tensor, [5, 3]);
            expectClose(y, activation === "relu" ? tf.relu(sums) : sums);
            layer.prepare({ ...step, training: false });
            const whole = tf.add(tf.matMul(signs as tf.Tensor2D, kernel), bias);
            expectClose(
              tf.reshape(layer.apply(x, { training: false }) as tf.Tensor, [5, 3]),
              activation === "relu" ? tf.relu(whole) : whole,
            );
          }
        }
  });
});

test("a binary block is a batch norm and a convolution that keeps height and width and ends in a ReLU", () => {
  tf.tidy(() => {
    const [norm, layer] = binaryBlock({ name: "block", binarizer: deterministic, filters: 4, kernelSize: 5 });
    expect([norm.name, layer.name]).toEqual(["block_bn", "block"]);
    const x = normal([2, 6, 7, 3], 1);
    const y = layer.apply(norm.apply(x)) as tf.Tensor;
    expect(y.shape).toEqual([2, 6, 7, 4]);
    expect(Math.min(...values(y))).toBe(0);
  });
});
