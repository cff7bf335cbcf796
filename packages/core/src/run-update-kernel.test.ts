import * as tf from "./tensorflow.ts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { updateByAdam } from "./built-in/adam.ts";
import { movingAverages } from "./moving-averages.ts";
import type { ParameterStep } from "./optimizer.ts";
import { runUpdateKernel, slotOf } from "./run-update-kernel.ts";

/** Recorded calls of the kernels below. */
const calls: { name: string; inputs: Record<string, unknown>; attributes: object }[] = [];

// TensorFlow.js's own backend under another name, with kernels of a training backend: each subtracts one input from another.
beforeAll(async () => {
  await tf.setBackend("cpu");
  tf.registerBackend("with-updates", () => tf.findBackend("cpu"));
  tf.copyRegisteredKernels("cpu", "with-updates");
  for (const name of ["SgdStep", "AdamStep", "MovingAverages"])
    tf.registerKernel({
      kernelName: name,
      backendName: "with-updates",
      kernelFunc({ inputs, attrs }) {
        const all = inputs as unknown as Record<string, tf.Tensor>;
        calls.push({
          name,
          inputs: Object.fromEntries(Object.entries(all).map(([key, { shape }]) => [key, shape])),
          attributes: { ...attrs },
        });
        return Object.values(all).flatMap((_, i) => {
          const kept = Object.entries(all).filter(([key]) => new RegExp(`^[a-zA-Z]+${i}$`).test(key) && !key.startsWith("gradient"));
          return kept.filter(([key]) => name !== "MovingAverages" || key.startsWith("average")).map(([, tensor]) => tf.add(tensor, 10));
        });
      },
    });
  await tf.setBackend("with-updates");
});
afterAll(() => void tf.setBackend("cpu"));

const step = (name: string, weight: number[], velocity: number, momentum: number): ParameterStep => ({
  parameter: { name, isBinaryKernel: false },
  weight: tf.tensor(weight),
  gradient: tf.zeros([weight.length]),
  slots: { velocity: tf.fill([weight.length], velocity), momentum: tf.fill([weight.length], momentum) },
});
const numbers = (tensor: tf.Tensor | undefined): number[] => [...(tensor?.dataSync() ?? [])];

test("a backend's kernel updates all parameters at once, and each gets back its own weight and slots", () => {
  calls.length = 0;
  const steps = [step("a", [1, 2], 3, 4), step("b", [5], 6, 7)];
  const updates = runUpdateKernel("SgdStep", steps, { speed: "velocity", mean: "momentum" }, { learningRate: 0.5 });
  expect(calls).toEqual([
    {
      name: "SgdStep",
      inputs: { weight0: [2], gradient0: [2], speed0: [2], mean0: [2], weight1: [1], gradient1: [1], speed1: [1], mean1: [1] },
      attributes: { learningRate: 0.5 },
    },
  ]);
  expect(updates?.map(({ weight, slots }) => [numbers(weight), numbers(slots["velocity"]), numbers(slots["momentum"])])).toEqual([
    [
      [11, 12],
      [13, 13],
      [14, 14],
    ],
    [[15], [16], [17]],
  ]);
  expect(updates?.map(({ slots }) => Object.keys(slots))).toEqual([
    ["velocity", "momentum"],
    ["velocity", "momentum"],
  ]);
});

test("Adam and moving averages take the backend's kernels where it has them, with the numbers that they need", () => {
  calls.length = 0;
  const one: ParameterStep = { ...step("a", [1], 0, 0), slots: { firstMoments: tf.tensor1d([2]), secondMoments: tf.tensor1d([3]) } };
  const settings = { beta1: 0.9, beta2: 0.99, weightDecay: 0.1, decoupledDecay: 0.2 };
  const [update] = updateByAdam([one], { learningRate: 0.5, scheduled: 1, step: 4 }, settings);
  expect([numbers(update?.weight), numbers(update?.slots["firstMoments"]), numbers(update?.slots["secondMoments"])]).toEqual([
    [11],
    [12],
    [13],
  ]);
  const averages = movingAverages(
    [
      { average: tf.tensor1d([1]), value: tf.tensor1d([2]) },
      { average: tf.tensor1d([3]), value: tf.tensor1d([4]), factor: 2 },
    ],
    0.75,
  );
  expect(averages.map(numbers)).toEqual([[11], [13]]);
  expect(calls).toEqual([
    {
      name: "AdamStep",
      inputs: { weight0: [1], gradient0: [1], firstMoment0: [1], secondMoment0: [1] },
      attributes: { ...settings, learningRate: 0.5, epsilon: expect.any(Number), step: 4 },
    },
    {
      name: "MovingAverages",
      inputs: { average0: [1], value0: [1], average1: [1], value1: [1] },
      attributes: { momentum: 0.75, factors: [1, 2] },
    },
  ]);
});

test("without the kernel moving averages are composed, and an update is left to its caller", async () => {
  await tf.setBackend("cpu");
  const averages = movingAverages(
    [
      { average: tf.tensor1d([1]), value: tf.tensor1d([2]) },
      { average: tf.tensor1d([3]), value: tf.tensor1d([4]), factor: 2 },
    ],
    0.75,
  );
  expect(averages.map(numbers)).toEqual([[1.25], [4.25]]);
  expect(runUpdateKernel("SgdStep", [step("a", [1], 2, 3)], { velocity: "velocity" }, {})).toBeUndefined();
  await tf.setBackend("with-updates");
});

test("a slot that is missing is named", () => {
  expect(() => slotOf(step("conv/kernel", [1], 0, 0), "average")).toThrow('conv/kernel has no slot "average".');
});
