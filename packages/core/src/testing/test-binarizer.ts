import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import type { Binarizer } from "../binarizer.ts";
import { createRandom } from "../random.ts";
import type { Step } from "../step.ts";

const steps: Step[] = [
  { training: true, seed: 11 },
  { training: false, seed: 11 },
];
const kernelShapes = [
  [3, 3, 4, 6],
  [1, 1, 1, 3],
  [8, 5],
];

/**
 * What every binarizer owes, as tests: `testBinarizer("deterministic", () => deterministic)`. Runs on the current backend.
 * @param create makes the binarizer as its definition does
 */
export function testBinarizer(name: string, create: () => Binarizer): void {
  describe(`the binarizer ${name}`, () => {
    beforeAll(() => tf.ready());

    test("keeps shapes and gives finite values, in training and in evaluation", () => {
      const binarizer = create();
      const x = normal([2, 4, 4, 3], 1);
      for (const step of steps) {
        expectTensor(called(binarizer, "activations", x, step), [2, 4, 4, 3]);
        for (const shape of kernelShapes) for (const scale of [0, 0.05, 1]) expectKernel(binarizer, normal(shape, scale), step);
      }
      x.dispose();
    });

    test("gives −1 and +1 alone for 1-bit activations, +1 for 0", () => {
      const binarizer = create();
      if (binarizer.bits.activations !== 1) return expect(binarizer.bits.activations).toBe(32);
      const x = tf.tensor1d([-3, -1, -1e-30, -0, 0, 1e-30, 1, 3]);
      for (const step of steps) {
        const y = called(binarizer, "activations", x, step);
        const values = [...y.dataSync()];
        expect(values.every((value) => value === 1 || value === -1)).toBe(true);
        if (!step.training) expect([values[0], values[1], values[3], values[4], values[6], values[7]]).toEqual([-1, -1, 1, 1, 1, 1]);
        y.dispose();
      }
      x.dispose();
    });

    test("has finite gradients that are not all 0, for activations and for kernels", () => {
      const binarizer = create();
      const [step] = steps as [Step];
      const slope = (of: "activations" | "kernel", value: tf.Tensor) => {
        const before = tf.memory().numTensors;
        const weights = normal(value.shape, 1, 5);
        const gradient = tf.grad((v) => binarizer[of](v, step).mul(weights).sum())(value);
        weights.dispose();
        const values = gradient.dataSync();
        expect(gradient.shape).toEqual(value.shape);
        expect(values.every(Number.isFinite), `the gradient of ${of} is finite`).toBe(true);
        expect(
          values.some((v) => v !== 0),
          `the gradient of ${of} is not 0 everywhere`,
        ).toBe(true);
        tf.dispose([gradient, value]);
        expect(tf.memory().numTensors, `tensors after the gradient of ${of}`).toBe(before - 1);
      };
      slope("activations", normal([2, 4, 4, 3], 0.5));
      for (const shape of kernelShapes) slope("kernel", normal(shape, 0.05));
    });

    test("draws from the step's seed alone", () => {
      const w = normal([3, 3, 4, 6], 0.3);
      const bytes = (of: "activations" | "kernel") => {
        const result = called(create(), of, w, { training: true, seed: 3 });
        const data = result.dataSync().slice();
        result.dispose();
        return data;
      };
      for (const of of ["activations", "kernel"] as const) expect(bytes(of)).toEqual(bytes(of));
      w.dispose();
    });

    test("projects a latent kernel to one that it would leave as it is", () => {
      const binarizer = create();
      for (const shape of kernelShapes) {
        const w = normal(shape, 0.05);
        const once = called(binarizer, "project", w);
        const twice = called(binarizer, "project", once);
        expectTensor(once, shape, false);
        const [a, b] = [once.dataSync(), twice.dataSync()];
        expect(a.every((value, i) => Math.abs(value - (b[i] ?? Number.NaN)) < 1e-6)).toBe(true);
        tf.dispose([w, once, twice]);
      }
    });
  });
}

/** Calls a method, checking that it leaves its argument alone and makes one new tensor, which the caller disposes. */
function called(binarizer: Binarizer, method: "activations" | "kernel" | "project", value: tf.Tensor, step?: Step): tf.Tensor {
  const before = value.dataSync().slice();
  const tensors = tf.memory().numTensors;
  const result = method === "project" ? binarizer.project(value) : binarizer[method](value, step as Step);
  expect(tf.memory().numTensors, `tensors after ${method}: one more, which the caller disposes`).toBe(tensors + 1);
  expect(value.isDisposed, `${method} disposed its argument`).toBe(false);
  expect(value.dataSync(), `${method} changed its argument`).toEqual(before);
  return result;
}

function expectKernel(binarizer: Binarizer, w: tf.Tensor, step: Step): void {
  const binary = called(binarizer, "kernel", w, step);
  if (binarizer.bits.kernel === 1) {
    const filters = w.shape.at(-1) ?? 1;
    const values = binary.dataSync();
    for (let filter = 0; filter < filters; filter++) {
      const sizes = new Set([...values].filter((_, at) => at % filters === filter).map(Math.abs));
      expect(sizes.size, `filter ${filter} holds only −a and +a`).toBe(1);
    }
  }
  expectTensor(binary, w.shape);
  w.dispose();
}

function expectTensor(tensor: tf.Tensor, shape: readonly number[], dispose = true): void {
  expect(tensor.shape).toEqual(shape);
  expect(tensor.dataSync().every(Number.isFinite), "values are finite").toBe(true);
  if (dispose) tensor.dispose();
}

function normal(shape: readonly number[], deviation: number, seed = 1): tf.Tensor {
  const random = createRandom(seed, "exam", ...shape);
  const size = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => deviation * random.normal()),
    [...shape],
  );
}
