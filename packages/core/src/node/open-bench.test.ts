import * as tf from "../tensorflow.ts";
import { expect, test } from "vitest";
import { z } from "zod";
import { ARCHITECTURES } from "../architecture.ts";
import { BACKENDS } from "../backend.ts";
import { DATASETS } from "../dataset.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { openBench } from "./open-bench.ts";

const toy = { architecture: { name: "linear", height: 6 }, binarizer: "none", scheme: "bag", voter: "sum", backend: "cpu", batchSize: 5 };

/** With a dataset of [6, 2, 3] that must not be read, and a backend that profiles its kernels. */
function container() {
  const made = toyContainer();
  made.resolve(DATASETS).add("unread", {
    description: "",
    options: z.object({ data: z.string() }),
    create: () => ({
      expected: { shape: [6, 2, 3], classes: 4, moves: true },
      load: () => Promise.reject(new Error("it was read")),
    }),
  });
  made.resolve(BACKENDS).add("counting", {
    description: "",
    create: () => ({
      probe: () => Promise.resolve({ ok: true, description: "counts kernels" }),
      activate: async () => void (await tf.setBackend("cpu")),
      async profile(run) {
        const { kernels } = await tf.profile(run as () => tf.Tensor);
        return kernels.map(({ name }) => ({ kernel: name, part: "", calls: 1, milliseconds: 1 }));
      },
    }),
  });
  return made;
}

test("a member is built for the images that its dataset expects, which is not read and needs no folder", async () => {
  const { subject, bench } = await openBench({ ...toy, dataset: "unread" }, { container: container() });
  expect(subject).toEqual({
    architecture: "linear height=6",
    binarizer: "none",
    shape: [6, 2, 3],
    classes: 4,
    batchSize: 5,
    gradientAccumulationSteps: 1,
    parameters: 36 * 4 + 4,
    multiplyAdds: { training: 2 * 36 * 4, evaluation: 36 * 4 }, // the gradient of the images is not needed
    backend: "cpu",
    device: "",
  });
  bench.dispose();
});

test("without a word of the dataset images are as of CIFAR-10", async () => {
  const { subject, bench } = await openBench(
    { ...toy, dataset: "blobs", architecture: { name: "linear", height: 32 } },
    { container: container() },
  );
  expect(subject).toMatchObject({ shape: [32, 32, 3], classes: 10 });
  bench.dispose();
});

test("steps of training change the weights, those of evaluation do not, and neither leaves a tensor behind", async () => {
  const own = container();
  const models: tf.LayersModel[] = [];
  const architectures = own.resolve(ARCHITECTURES);
  architectures.add("kept", {
    description: "",
    create: () => ({
      build: (options) => {
        models.push(architectures.create({ name: "linear", height: 6 }).build(options));
        return models[0] as tf.LayersModel;
      },
    }),
  });
  await tf.setBackend("cpu");
  const before = tf.memory().numTensors;
  const { bench } = await openBench({ ...toy, architecture: "kept", dataset: "unread" }, { container: own });
  const weights = () => models[0]?.getWeights().flatMap((weight) => [...weight.dataSync()]);
  const start = weights();
  expect((await bench.time("evaluation", 3)).milliseconds).toBeGreaterThan(0);
  expect(weights()).toEqual(start);
  const { milliseconds, starting } = await bench.time("training", 3);
  expect(milliseconds).toBeGreaterThanOrEqual(starting ?? Number.NaN);
  expect(weights()).not.toEqual(start);
  bench.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test("a profile is that of one step: the backward pass is in that of training alone", async () => {
  const { bench } = await openBench({ ...toy, dataset: "unread", backend: "counting" }, { container: container(), profile: true });
  await bench.time("training", 1);
  const before = tf.memory().numTensors;
  const training = await bench.profile("training", 2);
  const evaluation = await bench.profile("evaluation", 2);
  const products = (rows: typeof training) =>
    rows.filter(({ kernel }) => kernel.endsWith("MatMul")).reduce((sum, { calls }) => sum + calls, 0);
  expect(products(evaluation)).toBe(1);
  expect(products(training)).toBe(3); // TensorFlow.js's own backend computes the gradient of the images although it is not needed
  expect(tf.memory().numTensors).toBe(before);
  expect(await bench.limits()).toBeUndefined();
  bench.dispose();
});

test("a backend without a profile is refused with those that have one, before it is activated", async () => {
  const own = container();
  own.resolve(BACKENDS).add("mute", {
    description: "",
    create: () => ({
      probe: () => Promise.resolve({ ok: true, description: "" }),
      activate: () => Promise.reject(new Error("it was activated")),
    }),
  });
  await expect(openBench({ ...toy, dataset: "unread", backend: "mute" }, { container: own, profile: true })).rejects.toThrow(
    "backend mute: cannot time the kernels of a step. Those that can: counting; choose one by --backend.",
  );
});

test("a member that is not there is refused", async () => {
  await expect(openBench({ ...toy, members: 2, dataset: "unread" }, { container: container(), member: 2 })).rejects.toThrow(
    "member 3: there is none; the configuration has 2. Choose one of those.",
  );
});
