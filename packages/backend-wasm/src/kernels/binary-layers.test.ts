import {
  BatchNorm,
  batchNorm,
  BinaryConv2D,
  binaryConv2d,
  BinaryDense,
  binaryKernel,
  binarySign,
  centreAndClip,
  deterministic,
  dropoutMask,
  stochastic,
} from "@benn/binarize";
import { createRandom } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { beforeAll, expect, test } from "vitest";
import { BACKEND_NAME, registerWasmBackend } from "../register.ts";

/** Standard normal values of a shape; the same on every call. */
function normal(shape: readonly number[], seed: number, deviation = 1): tf.Tensor {
  const random = createRandom(seed, "test", ...shape);
  return tf.tensor(
    Array.from({ length: shape.reduce((product, n) => product * n, 1) }, () => deviation * random.normal()),
    [...shape],
  );
}

beforeAll(async () => void (await registerWasmBackend()));

/** f(inputs), and the gradient of Σ w·f with respect to each input, for some w. */
function withGradients(f: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]): tf.Tensor[] {
  const y = f(...inputs);
  return [y, ...tf.grads((...args) => tf.sum(tf.mul(f(...args), normal(y.shape, 7))))(inputs)];
}

const step = { training: true, seed: 3, epoch: 0, epochs: 1 };
const binary = { name: "layer", binarizer: deterministic, activation: "relu" } as const;
function ofLayer(layer: tf.layers.Layer, x: tf.Tensor): tf.Tensor[] {
  const all = withGradients((x) => layer.apply(x) as tf.Tensor, [x]);
  layer.dispose();
  return all;
}

const conv = (relu: boolean) => ({ strides: [2, 1], pad: [1, 0, 2, 1], scale: 2, relu, seed: 5 }) as const;
const signs = (shape: readonly number[], seed: number) => binarySign(normal(shape, seed));
/** y, mean and variance; the latter two would outlive a tidy. */
function normOf(x?: tf.Tensor, scale?: tf.Tensor, offset?: tf.Tensor): [tf.Tensor, tf.Tensor, tf.Tensor] {
  const { y, mean, variance } = batchNorm(x!, scale as tf.Tensor1D | undefined, offset as tf.Tensor1D | undefined, 1e-4);
  const copies = [tf.clone(mean), tf.clone(variance)] as const;
  tf.dispose([mean, variance]);
  return [y, ...copies];
}

/** Each with the engine's own kernels for it, and every kind of value that they produce. */
const cases: Readonly<Record<string, readonly [kernels: readonly string[], compute: () => tf.Tensor[]]>> = {
  "the sign": [["BinarySign", "BinarySignGrad"], () => withGradients((x) => binarySign(x), [normal([5, 4], 1)])],
  "a binary kernel": [
    ["BinaryKernel", "BinaryKernelGrad", "CentreAndClip"],
    () => withGradients((w) => binaryKernel(w), [centreAndClip(normal([3, 3, 4, 5], 2))]),
  ],
  "a binary kernel of weights beyond 1": [["BinaryKernel"], () => withGradients((w) => binaryKernel(w), [normal([7, 3], 3, 2)])],
  "batch norm": [
    ["BatchNorm", "BatchNormGrad"],
    () => [
      ...withGradients((x, scale, offset) => normOf(x, scale, offset)[0], [normal([3, 2, 2, 4], 4), normal([4], 5), normal([4], 6)]),
      ...normOf(normal([6, 3], 4)),
    ],
  ],
  "batch norm without scale and offset": [
    ["BatchNorm", "BatchNormGrad"],
    () => withGradients((x) => normOf(x)[0], [normal([3, 2, 2, 4], 4)]),
  ],
  "the running statistics": [
    ["MovingAverages"],
    () => {
      const layer = new BatchNorm({ name: "bn", momentum: 0.7 });
      layer.apply(normal([5, 3], 8), { training: true });
      layer.apply(normal([1, 3], 9), { training: true });
      const weights = layer.getWeights().map((weight) => tf.clone(weight));
      layer.dispose();
      return weights;
    },
  ],
  "a drawn kernel": [[], () => withGradients((w) => stochastic.kernel(w, step, {}), [centreAndClip(normal([3, 3, 4, 5], 2))])],
  "a binary layer": [
    ["BinaryConv2D", "BinaryConv2DGrad"],
    () => ofLayer(new BinaryConv2D({ ...binary, filters: 4, kernelSize: 3 }), normal([2, 5, 6, 3], 11)),
  ],
  "a dense binary layer": [
    ["BinaryConv2D", "BinaryConv2DGrad"],
    () => ofLayer(new BinaryDense({ ...binary, units: 4 }), normal([5, 6], 11)),
  ],
  "dropped elements": [["DropoutMask"], () => withGradients((x) => dropoutMask(x, 0.4, 12), [normal([9, 8], 10)])],
  "a binary convolution": [
    ["BinaryConv2D", "BinaryConv2DGrad"],
    () =>
      withGradients(
        (x, kernel, bias) => binaryConv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, bias as tf.Tensor1D, conv(true)),
        [signs([2, 5, 6, 3], 11), tf.mul(signs([3, 3, 3, 4], 12), 0.5), normal([4], 13)],
      ),
  ],
  "a binary convolution without bias and ReLU": [
    ["BinaryConv2D", "BinaryConv2DGrad"],
    () =>
      withGradients(
        (x, kernel) => binaryConv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, undefined, conv(false)),
        [signs([2, 5, 6, 3], 11), tf.mul(signs([3, 3, 3, 4], 12), 0.5)],
      ),
  ],
};

test.for(Object.entries(cases))(
  "%s is by the engine's own kernels, which are used, what it is on the plain backend",
  async ([, [kernels, compute]]) => {
    await tf.setBackend("cpu");
    const values = () => tf.tidy(() => compute().map((tensor) => ({ shape: tensor.shape, values: [...tensor.dataSync()] })));
    const expected = values();
    await tf.setBackend(BACKEND_NAME);
    const before = tf.memory().numTensors;
    let own: typeof expected = [];
    const none = tf.scalar(0);
    const { kernelNames } = await tf.profile(() => {
      own = values();
      return none;
    });
    none.dispose();
    expect(kernelNames).toEqual(expect.arrayContaining([...kernels]));
    expect(own.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
    for (const [i, { values }] of own.entries())
      for (const [at, value] of values.entries()) expect(value, `${at} of ${i}`).toBeCloseTo(expected[i]?.values[at] ?? Number.NaN, 4);
    expect(tf.memory().numTensors).toBe(before);
  },
);
