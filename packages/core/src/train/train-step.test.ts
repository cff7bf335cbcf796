import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import { adam, adamOptions } from "../built-in/adam.ts";
import { crossEntropyLoss } from "../built-in/cross-entropy-loss.ts";
import { accuracyMetric } from "../built-in/metrics.ts";
import type { Loss } from "../loss.ts";
import type { Optimizer } from "../optimizer.ts";
import { createRandom } from "../random.ts";
import type { LayerContext } from "../layer-context.ts";
import { takeKnownStep } from "./known-step.ts";
import { memberOptimizer } from "./member-optimizer.ts";
import { createStep, type StepParts, type TrainBatch } from "./train-step.ts";

beforeAll(() => tf.setBackend("cpu"));

const [ROWS, INPUTS, CLASSES] = [7, 4, 3];
const random = createRandom(1, "train step");
const inputs = Float32Array.from({ length: ROWS * INPUTS }, () => random.normal());
const kernel = Float32Array.from({ length: INPUTS * CLASSES }, () => random.normal());
const labels = Int32Array.of(0, 1, 2, 2, 1, 0, 2);

const batch: TrainBatch = {
  images: (from, to) => tf.tensor4d(inputs.subarray(from * INPUTS, to * INPUTS), [to - from, 1, 1, INPUTS]),
  labels,
  learningRate: 0.1,
  seed: 0,
  epoch: 0,
  epochs: 1,
};

const gradientDescent: Optimizer = {
  slots: [],
  update: (steps, { learningRate }) =>
    steps.map(({ weight, gradient }) => ({ weight: tf.sub(weight, tf.mul(gradient, learningRate)), slots: {} })),
};

/** One step of a network with one kernel: the loss, the sum of the accuracy, the gradient, and the kernel after the step. */
async function stepOf(own: Partial<TrainBatch>, parts: Partial<StepParts> = {}) {
  const tensors = tf.memory().numTensors;
  const model = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [1, 1, INPUTS] }),
      tf.layers.dense({ name: "dense", units: CLASSES, useBias: false, weights: [tf.tensor2d(kernel, [INPUTS, CLASSES])] }),
    ],
  });
  const optimizer = memberOptimizer(model, [{ name: "gradient descent", optimizer: gradientDescent }]);
  let gradient: Float32Array = new Float32Array(0);
  let logitRows = 0;
  const take = createStep({
    model,
    optimizer,
    loss: crossEntropyLoss({ labelSmoothing: 0 }),
    metrics: { accuracy: accuracyMetric },
    observer: {
      logits: (logits, from) => void (logitRows = from + logits.shape[0]),
      gradients: (gradients) => void (gradient = Float32Array.from(gradients.get("dense/kernel")?.dataSync() ?? [])),
    },
    ...parts,
  });
  const { loss, metrics } = take({ ...batch, ...own });
  const result = {
    loss: loss.dataSync()[0] ?? Number.NaN,
    right: metrics["accuracy"]?.dataSync()[0],
    gradient: [...gradient],
    kernel: [...(model.weights[0]?.read().dataSync() ?? [])],
    logitRows,
  };
  tf.dispose([loss, ...Object.values(metrics)]);
  optimizer.dispose();
  model.dispose();
  expect(tf.memory().numTensors - tensors).toBeLessThanOrEqual(1); // the tensor from which the kernel was created
  return result;
}

/** Mean cross-entropy, weighted, in plain numbers. */
function plainLoss(w: ArrayLike<number>, weights: ArrayLike<number>): number {
  let sum = 0;
  for (const [row, label] of labels.entries()) {
    const logits = Array.from({ length: CLASSES }, (_, k) =>
      Array.from({ length: INPUTS }, (_, i) => inputs[row * INPUTS + i]! * w[i * CLASSES + k]!).reduce((a, b) => a + b),
    );
    sum += weights[row]! * (Math.log(logits.reduce((total, x) => total + Math.exp(x), 0)) - logits[label]!);
  }
  return sum / ROWS;
}

const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 4));
const lossWeights = Float32Array.of(0.5, 2, 1, 0, 1.5, 0.25, 1.75);

test("a step's loss and gradient are those of plain sums and finite differences, and its update is theirs", async () => {
  for (const weights of [undefined, lossWeights]) {
    const { loss, gradient, kernel: after } = await stepOf({ lossWeights: weights });
    const of = (w: ArrayLike<number>): number => plainLoss(w, weights ?? new Float32Array(ROWS).fill(1));
    expect(loss).toBeCloseTo(of(kernel), 5);
    const plain = Array.from(kernel, (w, i) => {
      const [up, down] = [1e-3, -1e-3].map((d) => of(Array.from(kernel).with(i, w + d)));
      return (up! - down!) / 2e-3;
    });
    expect(gradient).toEqual(close(plain));
    expect(after).toEqual(close(plain.map((g, i) => kernel[i]! - 0.1 * g)));
  }
});

test("a batch in parts is the same step, whatever its parts: each counts by its rows", async () => {
  const whole = await stepOf({ lossWeights });
  for (const partRows of [1, 2, 3, 5, 6]) {
    const parts = await stepOf({ lossWeights }, { partRows });
    expect(parts.loss).toBeCloseTo(whole.loss, 5);
    expect(parts.right).toBe(whole.right);
    expect(parts.gradient).toEqual(close(whole.gradient));
    expect(parts.kernel).toEqual(close(whole.kernel));
    expect(parts.logitRows).toBe(ROWS);
  }
});

test("a loss may look at a teacher's logits, row by row in each part", async () => {
  const teacherLogits = Float32Array.from({ length: ROWS * CLASSES }, (_, i) => Math.sin(i));
  const distance: Loss = { rows: ({ logits, teacherLogits: wanted }) => tf.sum<tf.Tensor1D>(tf.square(tf.sub(logits, wanted ?? 0)), 1) };
  const whole = await stepOf({ teacherLogits }, { loss: distance });
  const parts = await stepOf({ teacherLogits }, { loss: distance, partRows: 3 });
  expect(parts.loss).toBeCloseTo(whole.loss, 5);
  expect(parts.gradient).toEqual(close(whole.gradient));
  expect((await stepOf({ teacherLogits: teacherLogits.toReversed() }, { loss: distance })).loss).not.toBeCloseTo(whole.loss, 3);
});

test("a binary net's step comes to the numbers worked by hand", async () => {
  const { numbers, known } = await takeKnownStep();
  expect(numbers).toEqual(known.map((number) => expect.closeTo(number, 5)));
});

test("the first optimizer of a list that claims a parameter updates it; a parameter without one and one that is left none are refused", () => {
  const model = tf.sequential({
    layers: [tf.layers.dense({ name: "one", units: 2, inputShape: [2] }), tf.layers.dense({ name: "two", units: 2 })],
  });
  const kernels: Optimizer = { ...gradientDescent, claims: ({ name }) => name.endsWith("/kernel") };
  expect(() => memberOptimizer(model, [{ name: "kernels", optimizer: kernels }])).toThrow(
    'optimizer kernels: leaves one/bias, two/bias to another. Name one that takes them, for example optimizer=["kernels","adam"].',
  );
  const adamRule = { name: "adam", optimizer: adam(adamOptions.parse({})) };
  expect(() => memberOptimizer(model, [adamRule, { name: "kernels", optimizer: kernels }])).toThrow(
    'optimizer kernels: gets no parameter, since those before it in optimizer=["adam","kernels"] take all that it claims. Put it before them, or leave it out.',
  );
  memberOptimizer(model, [{ name: "none", optimizer: { ...kernels, claims: () => false } }, adamRule]).dispose();
  const optimizer = memberOptimizer(model, [{ name: "kernels", optimizer: kernels }, adamRule]);
  const before = model.weights.map((weight) => weight.read().dataSync().slice());
  tf.tidy(() => {
    const gradients = Object.fromEntries(optimizer.variables.map((variable) => [variable.name, tf.onesLike(variable)]));
    optimizer.apply(gradients, 0.5);
  });
  for (const [i, weight] of model.weights.entries()) {
    // Adam's first step equals the learning rate, up to ε.
    for (const [j, value] of weight.read().dataSync().entries()) expect(value).toBeCloseTo((before[i]![j] ?? 0) - 0.5, 5);
  }
  optimizer.dispose();
  model.dispose();
});

test("a slot may not be named like what a checkpoint holds besides", () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ name: "one", units: 2, inputShape: [2] })] });
  const odd: Optimizer = { ...gradientDescent, slots: ["best"] };
  expect(() => memberOptimizer(model, [{ name: "odd", optimizer: odd }])).toThrow('optimizer odd: has a slot named "best"');
  model.dispose();
});

test("each part of a batch is prepared by its number, with the step's seed and epoch", () => {
  const steps: LayerContext[] = [];
  const flatten = Object.assign(tf.layers.flatten({ inputShape: [1, 1, INPUTS] }), {
    prepare: (step: LayerContext) => void steps.push(step),
  });
  const model = tf.sequential({ layers: [flatten, tf.layers.dense({ units: CLASSES })] });
  const optimizer = memberOptimizer(model, [{ name: "gradient descent", optimizer: gradientDescent }]);
  const take = createStep({ model, optimizer, loss: crossEntropyLoss({ labelSmoothing: 0 }), partRows: 3 });
  const { loss, metrics } = take({ ...batch, seed: 5, epoch: 2, epochs: 4 });
  tf.dispose([loss, ...Object.values(metrics)]);
  expect(steps).toEqual([0, 1, 2].map((part) => ({ training: true, seed: 5, part, epoch: 2, epochs: 4 })));
  optimizer.dispose();
  model.dispose();
});

test("a step that fails leaves no tensor behind, and a batch has rows", () => {
  const model = tf.sequential({ layers: [tf.layers.flatten({ inputShape: [1, 1, INPUTS] }), tf.layers.dense({ units: CLASSES })] });
  const failing: Optimizer = {
    slots: [],
    update: () => {
      throw new Error("no update");
    },
  };
  const optimizer = memberOptimizer(model, [{ name: "failing", optimizer: failing }]);
  const take = createStep({
    model,
    optimizer,
    loss: crossEntropyLoss({ labelSmoothing: 0 }),
    metrics: { accuracy: accuracyMetric },
    partRows: 3,
  });
  const tensors = tf.memory().numTensors;
  expect(() => take(batch)).toThrow("no update");
  expect(() => take({ ...batch, labels: new Int32Array(0) })).toThrow("a batch of no rows");
  expect(tf.memory().numTensors).toBe(tensors);
  optimizer.dispose();
  model.dispose();
});
