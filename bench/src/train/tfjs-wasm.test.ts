import * as tf from "@benn/core/tensorflow";
import { expect, test } from "vitest";
import { readWeights, setBiases } from "../model-weights.ts";
import { setUpTfjsWasm } from "./tfjs-wasm.ts";
import { trainingStep } from "./training-step.ts";

const random = (shape: number[], seed: number): tf.Tensor => tf.randomNormal(shape, 0, 1, "float32", seed);

function convGradients(size: number, stride: number, pad: "same" | "valid" | number, side: number): tf.Tensor[] {
  const inputs = [random([2, side, side, 3], 1), random([size, size, 3, 4], 2)];
  const convolve = (x: tf.Tensor, filter: tf.Tensor) =>
    tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad, "NHWC", 1, typeof pad === "number" ? "floor" : undefined);
  return tf.valueAndGrads((x, filter) => tf.sum(tf.square(convolve(x, filter))))(inputs).grads;
}

function sums(): tf.Tensor[] {
  const x = random([3, 4, 5, 6], 1);
  return [tf.sum(x, [0, 1, 2]), tf.mean(x, [0, 1, 2], true), tf.sum(x, 3), tf.mean(x, [1, 2]), tf.sum(x), tf.mean(random([7, 4], 2), 0)];
}

/** The loss of a training step, and the kernels after it: a bias before batch norm has no gradient except rounding. */
async function step(): Promise<Float32Array[]> {
  const training = trainingStep({ net: "sb", width: 0.125, batch: 8 });
  setBiases(training.model);
  const loss = await training.step();
  const weights = await readWeights(training.model);
  training.dispose();
  return [Float32Array.of(loss), ...weights.filter(({ name }) => name.endsWith("/kernel")).map(({ values }) => values)];
}

async function read(compute: () => tf.Tensor[]): Promise<Float32Array[]> {
  const results = tf.tidy(compute);
  const values = await Promise.all(results.map((tensor) => tensor.data<"float32">()));
  tf.dispose(results);
  return values.map((of) => Float32Array.from(of));
}

const computations = {
  "the gradients of a convolution 3×3": () => convGradients(3, 1, "same", 6),
  "those of one 5×5, padded": () => convGradients(5, 1, 2, 7),
  "those of one 3×3 with a stride": () => convGradients(3, 2, "same", 8),
  "those of one 3×3 with a stride, padded": () => convGradients(3, 2, 1, 7),
  "those of one 1×1 with a stride": () => convGradients(1, 2, "valid", 7),
  "those of one 1×1": () => convGradients(1, 1, "valid", 4),
  "sums and means over all axes but the last, and over others": sums,
};

// A form cannot be undone, so everything plain comes first.
await setUpTfjsWasm("plain");
const plain: Record<string, Float32Array[]> = {};
for (const [name, compute] of Object.entries(computations)) plain[name] = await read(compute);
const plainStep = await step();
await setUpTfjsWasm("tuned");

test.for(Object.entries(computations))("tuned, %s are what they are in the plain form", async ([name, compute]) => {
  const tuned = await read(compute);
  for (const [i, expected] of (plain[name] ?? []).entries()) {
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(tuned[i]).toHaveLength(expected.length);
    for (const [k, value] of expected.entries())
      expect(Math.abs(value - (tuned[i]?.[k] ?? Number.NaN))).toBeLessThanOrEqual(1e-5 * largest);
  }
});

test("tuned, signs are −1 below 0 and +1 from 0, and let gradients through strictly between −1 and 1", async () => {
  const [x, dy] = [tf.tensor1d([-2, -1, -0.5, -0, 0, 0.5, 1, 2]), tf.tensor1d([1, 2, 3, 4, 5, 6, 7, 8])];
  const [signs, gradients] = await read(() =>
    ["BinarySign", "BinarySignGrad"].map((name) => tf.engine().runKernel<tf.Tensor>(name, { x, dy })),
  );
  expect([...(signs ?? [])]).toEqual([-1, -1, -1, 1, 1, 1, 1, 1]);
  expect([...(gradients ?? [])]).toEqual([0, 0, 3, 4, 5, 6, 0, 0]);
});

test("tuned, a training step comes to the loss and the kernels of the plain form", async () => {
  const tuned = await step();
  expect(tuned[0]?.[0]).toBeCloseTo(plainStep[0]?.[0] ?? Number.NaN, 5);
  // Adam's first step moves every weight by about 1e−3, against the sign of its gradient, and some gradients are 0 except for rounding.
  for (const [i, expected] of plainStep.entries()) {
    const alike = expected.filter((value, k) => Math.abs(value - (tuned[i]?.[k] ?? Number.NaN)) <= 1e-4);
    expect(alike.length / expected.length, `tensor ${i}`).toBeGreaterThan(0.99);
  }
});
