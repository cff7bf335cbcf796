import * as tf from "../tensorflow.ts";
import { afterAll, beforeAll, describe, expect, test } from "./exam-host.ts";
import { adam, adamOptions } from "../built-in/adam.ts";
import { crossEntropyLoss } from "../built-in/cross-entropy-loss.ts";
import { accuracyMetric, topFiveMetric } from "../built-in/metrics.ts";
import type { Backend, ProfileRow } from "../backend.ts";
import type { Definition } from "../definition.ts";
import type { KernelContract } from "../kernel-contract.ts";
import { KERNEL_CONTRACTS } from "../kernel-list.ts";
import { createRandom } from "../random.ts";
import { takeKnownStep } from "../train/known-step.ts";
import { memberOptimizer } from "../train/member-optimizer.ts";
import type { MemberTask } from "../train/member-task.ts";
import { readWeights } from "../train/model-weights.ts";
import { allRows } from "../train/predict-logits.ts";
import { recomputeStatistics } from "../train/recompute-statistics.ts";
import { createStep } from "../train/train-step.ts";
import { WeightAverage } from "../train/weight-average.ts";
import { UserError } from "../user-error.ts";
import { expectShare } from "./expect-share.ts";
import { examineKernel } from "./kernel-exam.ts";

/**
 * Conformance tests for every backend: `testBackend("wasm", () => wasm.create({ threads: 1 }), wasm)`. If the backend does not work on this
 * machine, it must report that; if it does, it must train without memory leaks. Restores the active backend at the end.
 * @param create creates the backend as its definition does
 * @param definition what is registered: the options of a lane are checked against its schema
 */
export function testBackend(name: string, create: () => Backend, definition: Pick<Definition<Backend>, "options"> = {}): void {
  describe(`the backend ${name}`, () => {
    let before = "";
    beforeAll(async () => {
      await tf.ready();
      before = tf.getBackend();
    });
    afterAll(() => void tf.setBackend(before));

    test("says whether it works here, and changes nothing by that", async () => {
      const probe = await create().probe();
      if (probe.ok) expect(probe.description).toMatch(/\S/);
      else expect(`${probe.reason} ${probe.remedy}`).toMatch(/\S+ \S+/);
      expect(tf.getBackend()).toBe(before);
    });

    test("becomes TensorFlow.js's backend, or says why it cannot", async () => {
      const backend = create();
      const probe = await backend.probe();
      if (!probe.ok) return expect(backend.activate()).rejects.toThrow(UserError);
      await backend.activate();
      await backend.activate(); // again, like a second run in the same process
      expect(await tf.add(2, 3).data()).toEqual(Float32Array.of(5));
    });

    test("takes a training step of a binary net to the numbers worked by hand", async () => {
      if (!(await activated(create))) return;
      const { numbers, known } = await takeKnownStep();
      expectClose(numbers, known);
    });

    test.for(Object.entries<KernelContract>(KERNEL_CONTRACTS))(
      "computes %s as its contract has it, or leaves it to be composed",
      async ([name, contract]) => {
        if (!(await activated(create))) return;
        await examineKernel(name, contract);
      },
    );

    test("gives the loss and the gradients of a small net that TensorFlow.js's own backend gives", async () => {
      if (!(await activated(create))) return;
      const own = await trainingStep();
      await tf.setBackend("cpu");
      const stock = await trainingStep();
      for (const [i, values] of own.entries()) expectClose(values, stock[i] ?? []);
    });

    test("comes to the same step up to rounding when a batch is computed in parts, of which it keeps nothing", async () => {
      if (!(await activated(create))) return;
      const whole = await accumulatingSteps(7);
      const parts = await accumulatingSteps(3);
      for (const [i, values] of parts.values.entries()) expectClose(values, whole.values[i] ?? []);
      expect(new Set(parts.tensors)).toEqual(new Set(whole.tensors));
    });

    test("recomputes statistics of batch norm, and averages weights, to the numbers of TensorFlow.js's own backend", async () => {
      if (!(await activated(create))) return;
      const { numTensors } = tf.memory();
      const own = await scoredForm();
      expect(tf.memory().numTensors).toBe(numTensors);
      await tf.setBackend("cpu");
      const stock = await scoredForm();
      for (const [i, values] of own.entries()) expectClose(values, stock[i] ?? []);
    });

    test("tells which kernels took the time of a step, or has no profile, or says why it has none here", async () => {
      const backend = create();
      if (!backend.profile || !(await activated(create))) return;
      let results: tf.Tensor[] = [];
      const rows = await backend
        .profile(() => (results = [tf.tidy(() => tf.matMul(tf.fill([32, 32], 1), tf.fill([32, 32], 2)).relu())]))
        .catch((error: unknown) => error);
      expect(await results[0]?.data()).toEqual(new Float32Array(32 * 32).fill(64));
      tf.dispose(results);
      if (!Array.isArray(rows)) return expect(rows).toBeInstanceOf(UserError);
      expect(rows.length).toBeGreaterThan(0);
      const times = rows.map(({ milliseconds }: ProfileRow) => milliseconds);
      expect(times).toEqual(times.toSorted((a, b) => b - a));
      for (const row of rows) {
        expect(row).toMatchObject({ kernel: expect.stringMatching(/\S/), part: expect.any(String) });
        expect(row.calls).toBeGreaterThanOrEqual(1);
        expect(row.milliseconds).toBeGreaterThanOrEqual(0);
      }
    });

    test("divides every machine into at least one lane, by options that its definition knows, or does not divide it", () => {
      expectShare(create, definition);
    });

    test("leaves no tensor behind over twenty training steps", async () => {
      if (!(await activated(create))) return;
      await trainingStep();
      const { numTensors } = tf.memory();
      for (let step = 0; step < 20; step++) await trainingStep();
      expect(tf.memory().numTensors).toBe(numTensors);
    });
  });
}

async function activated(create: () => Backend): Promise<boolean> {
  const backend = create();
  if (!(await backend.probe()).ok) return false; // the second test has checked that it reports this
  await backend.activate();
  return true;
}

/** Loss and gradients of convolution → batch norm → ReLU → both pools → dense, on the same numbers every time. */
async function trainingStep(): Promise<Float32Array[]> {
  const random = createRandom(1, "backend exam");
  const pixels = Float32Array.from({ length: 4 * 8 * 8 * 3 }, () => random.normal());
  const initializer = (seed: number) => tf.initializers.randomNormal({ stddev: 1, seed });
  const pool = { poolSize: 2, strides: 2, padding: "same" } as const;
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [8, 8, 3],
        filters: 5,
        kernelSize: 3,
        padding: "same",
        useBias: false,
        kernelInitializer: initializer(1),
      }),
      tf.layers.batchNormalization({ epsilon: 1e-4 }),
      tf.layers.reLU(),
      tf.layers.maxPooling2d({ ...pool, poolSize: 3 }),
      tf.layers.averagePooling2d(pool),
      tf.layers.flatten(),
      tf.layers.dense({ units: 6, useBias: false, kernelInitializer: initializer(2) }),
    ],
  });
  const optimizer = memberOptimizer(model, [{ name: "adam", optimizer: adam(adamOptions.parse({})) }]);
  const kept: tf.Tensor[] = [];
  const observer = {
    gradients: (gradients: ReadonlyMap<string, tf.Tensor>) => void kept.push(...[...gradients.values()].map((g) => g.clone())),
  };
  const { loss } = createStep({ model, optimizer, loss: crossEntropyLoss({ labelSmoothing: 0 }), observer })({
    images: () => tf.tensor4d(pixels, [4, 8, 8, 3]),
    labels: Int32Array.of(0, 5, 2, 2),
    learningRate: 0.001,
    seed: 0,
    epoch: 0,
    epochs: 1,
  });
  const data = await Promise.all([loss, ...kept].map((tensor) => tensor.data()));
  tf.dispose([loss, ...kept]);
  optimizer.dispose();
  model.dispose();
  return data.map((values) => Float32Array.from(values));
}

/** Statistics of two batch norms, recomputed over batches of 4, 4 and 2 rows, then averages of the weights over three steps. */
async function scoredForm(): Promise<Float32Array[]> {
  const random = createRandom(3, "backend exam");
  const size = 8 * 8 * 3;
  const pixels = Float32Array.from({ length: 10 * size }, () => 2 + random.normal());
  const initializer = (seed: number) => tf.initializers.randomNormal({ stddev: 0.3, seed });
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [8, 8, 3], filters: 5, kernelSize: 3, strides: 2, kernelInitializer: initializer(1) }),
      tf.layers.batchNormalization(),
      tf.layers.reLU(),
      tf.layers.flatten(),
      tf.layers.dense({ units: 6, kernelInitializer: initializer(2) }),
      tf.layers.batchNormalization(),
    ],
  });
  const images = (rows: Int32Array): Float32Array =>
    Float32Array.from({ length: rows.length * size }, (_, i) => pixels[(rows[Math.floor(i / size)] ?? 0) * size + (i % size)] ?? 0);
  const task = {
    member: 0,
    model,
    run: { seed: 1, batchSize: 4, gradientAccumulationSteps: 1 },
    data: { shape: [8, 8, 3], train: { images } },
  } as unknown as MemberTask;
  for await (const _ of recomputeStatistics(task, 0, allRows(10), undefined));
  const average = new WeightAverage(model, 0.5);
  for (let step = 1; step <= 3; step++) {
    tf.tidy(() => model.trainableWeights.forEach((weight) => weight.write(tf.add(tf.mul(weight.read(), 1.5), step))));
    average.update(step);
  }
  const values = [...(await readWeights(model)).values(), ...(await average.values()).values()].map(({ values }) => values);
  average.dispose();
  model.dispose();
  return values;
}

/**
 * Two steps of a small network on seven rows with different loss weights, `partRows` rows at a time.
 * @returns losses and hits, then the gradients, as seen in the optimizer's moments; and the number of tensors after each step
 */
async function accumulatingSteps(partRows: number): Promise<{ values: Float32Array[]; tensors: number[] }> {
  const random = createRandom(2, "backend exam");
  const pixels = Float32Array.from({ length: 7 * 8 * 8 * 3 }, () => random.normal());
  const initializer = (seed: number) => tf.initializers.randomNormal({ stddev: 0.2, seed });
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({
        inputShape: [8, 8, 3],
        filters: 5,
        kernelSize: 3,
        strides: 2,
        activation: "tanh",
        kernelInitializer: initializer(1),
      }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 6, kernelInitializer: initializer(2) }),
    ],
  });
  const optimizer = memberOptimizer(model, [{ name: "adam", optimizer: adam(adamOptions.parse({ weightDecay: 0 })) }]);
  const metrics = { accuracy: accuracyMetric, top5: topFiveMetric };
  const step = createStep({ model, optimizer, loss: crossEntropyLoss({ labelSmoothing: 0 }), metrics, partRows });
  const results: tf.Tensor[] = [];
  const tensors: number[] = [];
  for (let seed = 0; seed < 2; seed++) {
    const { loss, metrics } = step({
      images: (from, to) => tf.tensor4d(pixels.subarray(from * 192, to * 192), [to - from, 8, 8, 3]),
      labels: Int32Array.of(0, 5, 2, 2, 1, 4, 3),
      lossWeights: Float32Array.of(0.5, 2, 1, 0, 1.5, 0.25, 1.75),
      learningRate: 0.001,
      seed,
      epoch: 0,
      epochs: 1,
    });
    results.push(loss, ...Object.values(metrics));
    tensors.push(tf.memory().numTensors - results.length);
  }
  const { firstMoments = new Map<string, { values: Float32Array }>() } = await optimizer.slots();
  const values = await Promise.all(results.map(async (result) => Float32Array.from(await result.data())));
  tf.dispose(results);
  optimizer.dispose();
  model.dispose();
  return { values: [...values, ...[...firstMoments.values()].map((moment) => moment.values.map((value) => 10 * value))], tensors };
}

function expectClose(actual: ArrayLike<number> | undefined, expected: ArrayLike<number>): void {
  expect(actual).toHaveLength(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [actual?.[i] ?? Number.NaN, expected[i] ?? Number.NaN];
    expect(Math.abs(a - b), `value ${i} is ${a}, expected ${b}`).toBeLessThanOrEqual(1e-4 * Math.max(1, Math.abs(b)));
  }
}
