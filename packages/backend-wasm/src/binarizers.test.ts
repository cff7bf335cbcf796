import { adabin, approxSign, dorefa, ede, lsq, recu, rsign } from "@benn/binarize";
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
