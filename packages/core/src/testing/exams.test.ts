// Runs the conformance tests on the simplest plugin of each kind, which shows that they require no more than necessary.
import { appendFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "../tensorflow.ts";
import { testArchitecture } from "./test-architecture.ts";
import { testBackend } from "./test-backend.ts";
import { testBinarizer } from "./test-binarizer.ts";
import { testDataset } from "./test-dataset.ts";
import type { Augment } from "../augment.ts";
import { createContainer } from "../container.ts";
import { LOSSES } from "../loss.ts";
import { METRICS } from "../metric.ts";
import { OPTIMIZERS } from "../optimizer.ts";
import { SCHEDULES } from "../schedule.ts";
import { testLoss } from "./test-loss.ts";
import { testMetric } from "./test-metric.ts";
import { testOptimizer } from "./test-optimizer.ts";
import { testSchedule } from "./test-schedule.ts";
import { testListener } from "./test-listener.ts";
import { testScheme } from "./test-scheme.ts";
import { testVoter } from "./test-voter.ts";
import { shuffle } from "../random.ts";
import { UserError } from "../user-error.ts";

testListener("that keeps the types of the events it receives", () => {
  let file = "";
  return {
    async open({ folder, past }) {
      file = join(folder, "types.txt");
      await writeFile(file, "");
      for await (const event of past) await this.onEvent(event);
    },
    onEvent: (event) => appendFileSync(file, `${event.type}\n`),
  };
});

testScheme("where every member sees every row", () => ({
  begin: ({ samples }) => new Float64Array(samples).fill(1),
  draw: ({ sampleWeights }) => ({ kind: "weighted", sampleWeights }),
  next: ({ sampleWeights }) => ({ kind: "accept", alpha: 1, sampleWeights }),
}));

testVoter("that sums logits", () => ({
  vote: ({ logits, alphas }) => Float64Array.from(logits[0] ?? [], (_, i) => logits.reduce((sum, own, m) => sum + alphas[m]! * own[i]!, 0)),
}));

testBinarizer("none", () => ({
  bits: { activations: 32, kernel: 32 },
  activations: (x) => x.clone(),
  kernel: (w) => w.clone(),
  project: (w) => w.clone(),
}));

testArchitecture(
  "of one dense layer",
  () => ({
    build({ inputShape, classes, seed }) {
      if (inputShape.some((size) => size < 1))
        throw new UserError(`dense: expected an image, got [${inputShape.join(", ")}]. Give it pixels.`);
      const kernelInitializer = tf.initializers.randomNormal({ seed, stddev: 0.1 });
      const layers = [tf.layers.flatten({ inputShape: [...inputShape] }), tf.layers.dense({ units: classes, kernelInitializer })];
      return tf.sequential({ layers });
    },
  }),
  { inputShape: [4, 4, 3], refuses: [4, 0, 3] },
);

testDataset("of twelve shades", () => ({
  load: async ({ validation, random }) => {
    const split = (rows: readonly number[]) => ({
      labels: Int32Array.from(rows, (row) => row % 3),
      images: (asked: Int32Array, augment?: Augment) =>
        Float32Array.from({ length: 4 * asked.length }, (_, i) => rows[asked[i >> 2]!]! + (augment?.random.uniform() ?? 0)),
    });
    const all = Array.from({ length: 12 }, (_, row) => row);
    const order = shuffle([...all], random);
    const held = new Set([0, 1, 2].flatMap((label) => order.filter((row) => row % 3 === label).slice(0, 4 * validation)));
    const train = split(all.filter((row) => !held.has(row)));
    return {
      shape: [2, 2, 1],
      labels: ["a", "b", "c"],
      train,
      ...(held.size > 0 ? { validation: split([...held]) } : {}),
      test: split([12, 13, 14]),
      provenance: { source: "made up" },
      preprocessing: [],
    };
  },
}));

const container = createContainer();
for (const name of container.resolve(OPTIMIZERS).names()) testOptimizer(name, () => container.resolve(OPTIMIZERS).create(name));
for (const name of container.resolve(SCHEDULES).names()) testSchedule(name, () => container.resolve(SCHEDULES).create(name));
for (const name of container.resolve(LOSSES).names()) testLoss(name, () => container.resolve(LOSSES).create(name));
for (const name of container.resolve(METRICS).names()) testMetric(name, () => container.resolve(METRICS).create(name));

testOptimizer("that takes biases alone and keeps nothing", () => ({
  slots: [],
  claims: ({ name }) => name.endsWith("/bias"),
  update: (steps, { learningRate }) =>
    steps.map(({ weight, gradient }) => ({ weight: tf.sub(weight, tf.mul(gradient, learningRate)), slots: {} })),
}));
testSchedule("that is constant", () => ({ rate: ({ learningRate }) => learningRate }));
testLoss("of the distance to a teacher", () => ({
  teacher: "runs/teacher",
  rows: ({ logits, teacherLogits }) => tf.sum<tf.Tensor1D>(tf.square(tf.sub(logits, teacherLogits ?? 0)), 1),
}));

testBackend("cpu", () => ({
  probe: async () => ({ ok: true, description: "TensorFlow.js's own" }),
  activate: async () => void (await tf.setBackend("cpu")),
}));

testBackend("that works nowhere", () => ({
  probe: async () => ({ ok: false, reason: "it needs a part this machine lacks", remedy: "install it" }),
  activate: async () => {
    throw new UserError("nowhere: it needs a part this machine lacks. Install it.");
  },
}));
