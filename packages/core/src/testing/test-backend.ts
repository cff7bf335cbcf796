import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Adam } from "../adam.ts";
import type { Backend, ProfileRow } from "../backend.ts";
import type { Definition } from "../definition.ts";
import { createRandom } from "../random.ts";
import { trainStep } from "../train/train-step.ts";
import { UserError } from "../user-error.ts";
import { expectShare } from "./expect-share.ts";

/**
 * What every backend owes, as tests: `testBackend("wasm", () => wasm.create({ threads: 1 }), wasm)`. Where it does not work on this
 * machine it must say so; where it does it must train, and leak nothing. The backend before is put back at the end.
 * @param create makes the backend as its definition does
 * @param definition what is registered: the options that the backend has in a lane are held against its schema
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
      await backend.activate(); // again, as a second run in the same process does
      expect(await tf.add(2, 3).data()).toEqual(Float32Array.of(5));
    });

    test("takes a training step of a convolution to the numbers worked by hand", async () => {
      if (!(await activated(create))) return;
      // y = x * k is [[9.5, 12], [17, 19.5]], the loss Σy²/2, so dk[i, j] = Σ y·x shifted by (i, j); learning rate 0.01.
      const x = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
      const kernel = tf.tidy(() => tf.variable(tf.tensor4d([1, -1, 2, 0.5], [2, 2, 1, 1])));
      const optimizer = tf.train.sgd(0.01);
      const loss = optimizer.minimize(
        () =>
          tf
            .conv2d(x, kernel as unknown as tf.Tensor4D, 1, "valid")
            .square()
            .sum()
            .div(2),
        true,
        [kernel],
      );
      expectClose(await loss?.data(), [(9.5 ** 2 + 12 ** 2 + 17 ** 2 + 19.5 ** 2) / 2]);
      expectClose(await kernel.data(), [1 - 1.99, -1 - 2.57, 2 - 3.73, 0.5 - 4.31]);
      optimizer.dispose();
      tf.dispose([x, kernel, loss ?? []]);
    });

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
  if (!(await backend.probe()).ok) return false; // the second test has held it to saying so
  await backend.activate();
  return true;
}

/** Loss and gradients of convolution → batch norm → ReLU → both pools → dense, on numbers that are the same each time. */
async function trainingStep(): Promise<Float32Array[]> {
  const random = createRandom(1, "backend exam");
  const normal = (shape: number[]) =>
    tf.tensor(
      Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()),
      shape,
    );
  const [x, labels, kernel, dense] = tf.tidy(
    () =>
      [
        normal([4, 8, 8, 3]) as tf.Tensor4D,
        tf.oneHot(tf.tensor1d([0, 5, 2, 2], "int32"), 6),
        tf.variable(normal([3, 3, 3, 5])),
        tf.variable(normal([20, 6])),
      ] as const,
  );
  const { value, grads } = tf.variableGrads(() => {
    const y = tf.conv2d(x, kernel as unknown as tf.Tensor4D, 1, "same");
    const { mean, variance } = tf.moments(y, [0, 1, 2]);
    const z = y.sub(mean).div(variance.add(1e-4).sqrt()).relu<tf.Tensor4D>();
    const pooled = tf.avgPool(tf.maxPool(z, 3, 2, "same"), 2, 2, "same");
    return tf.losses.softmaxCrossEntropy(labels, pooled.reshape([4, 20]).matMul(dense as tf.Tensor)).asScalar();
  }, [kernel, dense]);
  const results = [value, ...[kernel, dense].map((variable) => grads[variable.name] as tf.Tensor)];
  const data = await Promise.all(results.map((tensor) => tensor.data()));
  tf.dispose([x, labels, kernel, dense, ...results]);
  return data.map((values) => Float32Array.from(values));
}

/**
 * Two steps of a small net on seven rows that do not weigh alike, so many of them computed at a time.
 * @returns losses and hits, then the gradients that the optimiser's moments are made of; and the tensors that there are after each step
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
  const optimizer = new Adam(model.trainableWeights.map((weight, i) => ({ name: String(i), variable: weight.read() as tf.Variable })));
  const results: tf.Tensor[] = [];
  const tensors: number[] = [];
  for (let seed = 0; seed < 2; seed++) {
    const { loss, hits, topFive } = trainStep(model, optimizer, {
      images: (from, to) => tf.tensor4d(pixels.subarray(from * 192, to * 192), [to - from, 8, 8, 3]),
      labels: Int32Array.of(0, 5, 2, 2, 1, 4, 3),
      lossWeights: Float32Array.of(0.5, 2, 1, 0, 1.5, 0.25, 1.75),
      partRows,
      learningRate: 0.001,
      seed,
      topFive: true,
    });
    results.push(loss, hits, ...(topFive ? [topFive] : []));
    tensors.push(tf.memory().numTensors - results.length);
  }
  const { firstMoments } = await optimizer.slots();
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
