import { adabin, approxSign, BatchNorm, BinaryConv2D, dorefa, ede, lsq, recu, rsign } from "@benn/binarize";
import type { Binarizer } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { expect, test } from "vitest";
import { expectClose, useBackend } from "../test/use-backend.ts";
import { BACKEND_NAME } from "./register.ts";

useBackend();

const step = { training: true, seed: 1, epoch: 7, epochs: 20 };
const waves = (shape: number[], by: number): tf.Tensor =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((size, n) => size * n) }, (_, i) => Math.sin(by * (i + 1))),
    shape,
  );

const fewBits = {
  dorefa: dorefa({ activationBits: 2, kernelBits: 3 }),
  "dorefa of one bit": dorefa({ activationBits: 1, kernelBits: 1 }),
  lsq: lsq({ activationBits: 3, kernelBits: 2 }),
  "lsq of 8 bits": lsq({ activationBits: 8, kernelBits: 8 }),
};

test.for(Object.entries({ approxSign, ede, rsign, recu, adabin, ...fewBits }))(
  "%s has the values and the gradients of the CPU backend, for inputs, kernels and its own parameters",
  ([, binarizer]) => {
    const compute = (backend: string): Float32Array[] => {
      void tf.setBackend(backend); // takes effect at once: both are initialized
      return tf.tidy(() => {
        const [x, kernel] = [waves([2, 4, 4, 5], 1.7), waves([3, 3, 5, 6], 2.3)];
        const own = binarizer.parameters?.({ kernel, inputShape: [4, 4, 5] }) ?? {};
        const names = Object.keys(own);
        const run = ([x, kernel, ...rest]: tf.Tensor[]): tf.Tensor[] => {
          const parameters = Object.fromEntries(names.map((name, i) => [name, rest[i]!]));
          const scale = binarizer.scale?.({ kernel: kernel!, inputShape: [4, 4, 5] }, step, parameters);
          return [binarizer.activations(x!, step, parameters), binarizer.kernel(kernel!, step, parameters), ...(scale ? [scale] : [])];
        };
        const all = [x, kernel, ...Object.values(own)];
        const gradients = tf.grads((...args) =>
          tf.addN(run(args).map((result, i) => tf.sum(tf.mul(result, waves(result.shape, 0.9 + i))).asScalar())),
        )(all);
        return [...run(all), ...gradients].map((tensor) => tensor.dataSync<"float32">().slice());
      });
    };
    const expected = compute("cpu");
    const actual = compute(BACKEND_NAME);
    expect(expected.length).toBeGreaterThanOrEqual(4);
    for (const [i, values] of expected.entries()) expectClose(actual[i] ?? [], values, 1e-4);
  },
);

/** The sign of approxSign as one writes it without the engine's kernels. */
const composedSign = tf.customGrad<tf.Tensor>((x, save) => {
  (save as tf.GradSaveFunc)([x as tf.Tensor]);
  const slope = (x: tf.Tensor): tf.Tensor => tf.relu(tf.sub(2, tf.mul(tf.abs(x), 2)));
  return {
    value: tf.add(tf.mul(tf.cast(tf.less(x as tf.Tensor, 0), "float32"), -2), 1),
    gradFunc: (dy: tf.Tensor, [x]: tf.Tensor[]) => tf.mul(dy, slope(x as tf.Tensor)),
  };
});

test("a net whose binarizer declares its gradient has the outputs and gradients, to the bit, of one that composes it", () => {
  const composed: Binarizer = {
    bits: { activations: 1, kernel: 1 },
    activations: (x) => composedSign(x),
    kernel: approxSign.kernel,
    project: approxSign.project,
  };
  const declared: Binarizer = { ...composed, surrogate: () => ({ kind: "polynomial", coefficients: [2, -2] }) };
  const [own, plain] = [declared, composed].map((binarizer) => {
    const conv = (name: string, strides: number) =>
      new BinaryConv2D({ name, binarizer, filters: 9, kernelSize: 3, padding: "same", strides, activation: "relu", dropout: 0.2 });
    const layers = [new BatchNorm({ name: "bn1" }), conv("conv1", 1), new BatchNorm({ name: "bn2" }), conv("conv2", 2)];
    const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [6, 5, 9] }), ...layers] });
    const outcome = tf.tidy(() => {
      for (const layer of layers) if (layer instanceof BinaryConv2D) layer.prepare(step);
      const x = waves([17, 6, 5, 9], 1.3);
      const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const { value, grads } = tf.variableGrads(() => {
        const y = model.apply(x, { training: true }) as tf.Tensor;
        return tf.sum(tf.mul(y, waves(y.shape, 0.7))).asScalar();
      }, variables);
      const results = [model.apply(x) as tf.Tensor, value, ...variables.map(({ name }) => grads[name]!)];
      return results.map((tensor) => tensor.dataSync<"float32">().map((number) => number + 0));
    });
    model.dispose();
    return outcome;
  });
  expect(own).toEqual(plain);
  expect(own?.flatMap((values) => [...values]).every(Number.isFinite)).toBe(true);
});
