import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import type { Split } from "../dataset.ts";
import { createRandom } from "../random.ts";
import { batchNormsOf } from "./batch-norms.ts";
import { recomputeStatistics, rowsToRun, statisticsRows } from "./recompute-statistics.ts";

beforeAll(() => tf.setBackend("cpu"));

const [ROWS, INPUTS, HIDDEN] = [23, 6, 4];
const EPSILON = 1e-3;
const pixels = Float64Array.from({ length: ROWS * INPUTS }, (_, i) => Math.fround(5 + Math.sin(i * i)));

/** Batch norm between two layers, on numbers with a mean far from 0, with a dropout that is inactive in evaluation. */
function net(): tf.LayersModel {
  const dense = (name: string, units: number, seed: number) =>
    tf.layers.dense({ name, units, kernelInitializer: tf.initializers.randomNormal({ seed }), biasInitializer: "ones" });
  const model = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [1, 1, INPUTS] }),
      tf.layers.dropout({ rate: 0.9 }),
      tf.layers.batchNormalization({ name: "norm1", epsilon: EPSILON }),
      dense("hidden", HIDDEN, 1),
      tf.layers.reLU(),
      tf.layers.batchNormalization({ name: "norm2", epsilon: EPSILON, momentum: 0.5 }),
      dense("classes", 2, 2),
    ],
  });
  return model;
}

const augmented = (row: number, i: number, shift: number): number => Math.fround(pixels[row * INPUTS + i]! + shift);
const train: Split = {
  labels: new Int32Array(ROWS),
  images(rows, augment) {
    const shift = augment ? Math.fround(augment.random.normal()) : 0;
    return Float32Array.from({ length: rows.length * INPUTS }, (_, at) => augmented(rows[Math.floor(at / INPUTS)]!, at % INPUTS, shift));
  },
};

function taskOf(
  model: tf.LayersModel,
  rows: number,
  drawn: readonly number[] = Array.from({ length: ROWS }, (_, row) => (row * row) % ROWS),
) {
  return {
    member: 2,
    model,
    run: { seed: 7, batchSize: 10, gradientAccumulationSteps: 2, batchNorm: { statistics: "precise", rows } },
    data: { shape: [1, 1, INPUTS], labels: ["a", "b"], train },
    scheme: { draw: () => ({ kind: "rows", rows: Int32Array.from(drawn) }) },
    sampleWeights: new Float64Array(ROWS),
  } as unknown as Parameters<typeof recomputeStatistics>[0];
}

async function recompute(model: tf.LayersModel, rows: number): Promise<number[]> {
  const task = taskOf(model, rows);
  const done: number[] = [];
  for await (const count of recomputeStatistics(task, 3, statisticsRows(task, 3), undefined)) done.push(count);
  return done;
}

/** [rows][channels] normalized by its own mean and variance, and those statistics. */
function normalize(x: number[][]): { y: number[][]; mean: number[]; variance: number[] } {
  const mean = x[0]!.map((_, c) => x.reduce((sum, row) => sum + row[c]!, 0) / x.length);
  const variance = mean.map((m, c) => x.reduce((sum, row) => sum + (row[c]! - m) ** 2, 0) / x.length);
  return { y: x.map((row) => row.map((value, c) => (value - mean[c]!) / Math.sqrt(variance[c]! + EPSILON))), mean, variance };
}

test("statistics are mean and variance of all rows together, where the norms before normalize by theirs, in float64", async () => {
  for (const count of [ROWS, 17, 5]) {
    const model = net();
    const tensors = tf.memory().numTensors;
    const done = await recompute(model, count);
    const batches = Array.from({ length: Math.ceil(count / 5) }, (_, i) => Math.min(count, 5 * (i + 1)));
    expect(done).toEqual([...batches, ...batches.map((rows) => count + rows)]);
    expect(done.at(-1)).toBe(rowsToRun(model, statisticsRows(taskOf(model, count), 3)));
    expect(tf.memory().numTensors).toBe(tensors);
    const rows = statisticsRows(taskOf(model, count), 3);
    const kernel = model.getLayer("hidden").getWeights()[0]!.arraySync() as number[][];
    const first = [...rows].map((row, at) => {
      const shift = Math.fround(createRandom(7, "batch-norm", 2, 3, Math.floor(at / 5)).normal());
      return Array.from({ length: INPUTS }, (_, i) => augmented(row, i, shift));
    });
    const second = normalize(first).y.map((row) =>
      kernel[0]!.map((_, c) => Math.max(0, 1 + row.reduce((sum, v, i) => sum + v * kernel[i]![c]!, 0))),
    );
    for (const [name, x] of [
      ["norm1", first],
      ["norm2", second],
    ] as const) {
      const [, , ...statistics] = model.getLayer(name).getWeights();
      const { mean, variance } = normalize(x);
      for (const [i, expected] of [mean, variance].entries()) {
        const got = [...statistics[i]!.dataSync()];
        expect(got, `${name}, ${count} rows`).toEqual(expected.map((value) => expect.closeTo(value, 5)));
      }
    }
    model.dispose();
  }
});

test("a norm that is applied twice is computed by the whole model", async () => {
  const norm = tf.layers.batchNormalization({ name: "twice" });
  const input = tf.input({ shape: [1, 1, INPUTS] });
  const flat = tf.layers.flatten().apply(input);
  const classes = tf.layers.dense({ units: 2 }).apply(norm.apply(norm.apply(flat)));
  const model = tf.model({ inputs: input, outputs: classes as tf.SymbolicTensor });
  await recompute(model, ROWS);
  // Its last input is what it has normalized itself.
  expect([...norm.getWeights()[2]!.dataSync()]).toEqual(Array.from({ length: INPUTS }, () => expect.closeTo(0, 4)));
  model.dispose();
});

test("rows are the member's draw of the epoch in an order of their own, at most as many as it has", () => {
  const model = net();
  const drawn = [3, 3, 9, 1];
  const [few, all] = [2, 100].map((rows) => statisticsRows(taskOf(model, rows, drawn), 0));
  expect(few).toHaveLength(2);
  expect([...all!].toSorted((a, b) => a - b)).toEqual([1, 3, 3, 9]);
  expect(all!.slice(0, 2)).toEqual(few);
  const orders = Array.from({ length: 8 }, (_, epoch) => statisticsRows(taskOf(model, 100, drawn), epoch).join());
  expect(new Set(orders).size).toBeGreaterThan(1);
  model.dispose();
});

test("afterwards the layers train as before, other weights are untouched, and a caller that stops asking changes nothing in the layers", async () => {
  const [model, untouched] = [net(), net()];
  for await (const _ of recomputeStatistics(taskOf(model, ROWS), 0, statisticsRows(taskOf(model, ROWS), 0), undefined)) break;
  await recompute(model, ROWS);
  const values = (of: tf.LayersModel) => of.trainableWeights.map((weight) => [...weight.read().dataSync()]);
  expect(values(model)).toEqual(values(untouched));
  const norm = model.getLayer("norm2");
  const before = [...norm.getWeights()[2]!.dataSync()];
  const x = tf.ones([3, HIDDEN]);
  norm.apply(x, { training: true });
  expect([...norm.getWeights()[2]!.dataSync()]).toEqual(before.map((mean) => expect.closeTo(0.5 * mean + 0.5, 5)));
  const evaluated = (norm.apply(x) as tf.Tensor).dataSync();
  const [mean, variance] = norm
    .getWeights()
    .slice(2)
    .map((weight) => weight.dataSync());
  expect([...evaluated]).toEqual(
    Array.from({ length: 3 * HIDDEN }, (_, i) => expect.closeTo((1 - mean![i % HIDDEN]!) / Math.sqrt(variance![i % HIDDEN]! + EPSILON), 4)),
  );
  for (const each of [model, untouched]) each.dispose();
});

test("a net without batch norm needs no pass, statistics that are not finite are refused, and so is a layer that cannot be told", async () => {
  const plain = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
  expect(await recompute(plain, 5)).toEqual([]);
  const broken = net();
  broken.getLayer("hidden").setWeights([tf.fill([INPUTS, HIDDEN], 1e25), tf.ones([HIDDEN])]);
  await expect(recompute(broken, 5)).rejects.toThrow("member 3, epoch 4: layer norm2 has batch-norm statistics that are not finite.");
  class Deaf extends tf.layers.Layer {
    static readonly className = "Deaf";
    override build(): void {
      for (const name of ["moving_mean", "moving_variance"]) this.addWeight(name, [3], "float32", tf.initializers.zeros());
      this.built = true;
    }
  }
  const deaf = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [3] }), new Deaf({ name: "deaf" })] });
  expect(() => batchNormsOf(deaf)).toThrow(
    "layer deaf: has running statistics, but not the method normalizeByBatch that recomputes them. Give Deaf one, or set batchNorm.statistics=running.",
  );
  for (const model of [plain, broken, deaf]) model.dispose();
});
