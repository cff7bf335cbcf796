// Runs whose members are scored and stored with recomputed batch-norm statistics or with averaged weights, and warnings about suspicious
// scores.
import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import { ARCHITECTURES } from "../architecture.ts";
import type { Config } from "../config.ts";
import type { RunEvent } from "../events.ts";
import type { WeightValues } from "../train/model-weights.ts";
import { OPTIMIZERS } from "../optimizer.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { evaluateRun } from "./evaluate-run.ts";
import { folderBytes } from "./folder-bytes.ts";
import { planRun } from "./plan-run.ts";
import { readMember } from "./read-member.ts";
import { runToy, toyConfig } from "./run-toy.ts";

const container = toyContainer();
const base = {
  ...toyConfig,
  architecture: { name: "linear", hidden: 6, batchNorm: true },
  mode: "independent",
  epochs: 4,
  scoreEvery: 2,
} satisfies Config;

beforeAll(() => tf.setBackend("cpu"));

const run = (config: Config) => runToy(config, { container });
const epochsOf = (events: readonly RunEvent[]) => events.flatMap((event) => (event.type === "epoch" ? [{ ...event, clock: 0 }] : []));
const weightsOf = async (folder: string): Promise<WeightValues> => (await readMember(folder, 0)).weights;
const isStatistic = (name: string): boolean => name.includes("/moving_");

/** Names of the weights that differ. */
function differing(one: WeightValues, other: WeightValues): string[] {
  return [...one].filter(([name, { values }]) => other.get(name)?.values.join() !== values.join()).map(([name]) => name);
}

test("precise statistics train the same weights as running ones, and differ in nothing but the statistics that are kept", async () => {
  const { numTensors } = tf.memory();
  const config = { ...base, scoreEvery: 4 } satisfies Config;
  const running = await run(config);
  const precise = await run({ ...config, batchNorm: { statistics: "precise", rows: 50 } });
  expect(tf.memory().numTensors).toBe(numTensors);
  expect(epochsOf(precise.events)).toEqual(epochsOf(running.events));
  const [kept, other] = [await weightsOf(precise.folder), await weightsOf(running.folder)];
  expect(differing(kept, other)).toEqual([...kept.keys()].filter(isStatistic));
  const evaluation = await evaluateRun(precise.folder, { container });
  expect(evaluation.members.map(({ agreement }) => agreement)).toEqual([1, 1]);
});

test("averaged weights are what is kept, training goes on with its own, and a run of one step keeps the weights of that step", async () => {
  const precise = { ...base, batchNorm: { statistics: "precise" } } satisfies Config;
  const plain = await run(precise);
  const averaged = await run({ ...precise, averageWeights: { decay: 0.9 } });
  expect(epochsOf(averaged.events)).toEqual(epochsOf(plain.events));
  const kept = await weightsOf(averaged.folder);
  expect(differing(kept, await weightsOf(plain.folder))).toEqual([...kept.keys()]);
  const once = { ...precise, epochs: 1, batchSize: 200, members: 1 } satisfies Config;
  expect(await weightsOf((await run({ ...once, averageWeights: {} })).folder)).toEqual(await weightsOf((await run(once)).folder));
});

test("averages of the weights and a slot of an optimizer named average are told apart in a checkpoint", async () => {
  container.resolve(OPTIMIZERS).add("averaging", {
    description: "",
    create: () => ({
      slots: ["average"],
      update: (steps, { learningRate }) =>
        steps.map(({ weight, gradient, slots }) => {
          const average = tf.add(tf.mul(slots["average"] as tf.Tensor, 0.9), tf.mul(gradient, 0.1));
          return { weight: tf.sub(weight, tf.mul(average, learningRate)), slots: { average } };
        }),
    }),
  });
  const config = {
    ...base,
    members: 1,
    optimizer: "averaging",
    batchNorm: { statistics: "precise" },
    averageWeights: { decay: 0.9 },
  } satisfies Config;
  const bytes = await folderBytes((await run(config)).folder);
  const cut = await runToy(config, { container }, ({ type }) => type === "score");
  await runToy(undefined, { container, resume: cut.folder });
  expect(await folderBytes(cut.folder)).toEqual(bytes);
});

test("a model before the first member and members that start from it are kept with precise statistics, too", async () => {
  const { folder, events } = await run({ ...base, mode: "sequential", pretrainEpochs: 2, batchNorm: { statistics: "precise" } });
  expect(events.at(-1)).toMatchObject({ reason: "finished" });
  const given = await run({ ...base, members: 3, given: [folder], batchNorm: { statistics: "precise" } });
  expect(await weightsOf(given.folder)).toEqual(await weightsOf(folder));
});

test("averages without statistics of their own are refused, and so is what is no kind of statistics", async () => {
  const refused = async (config: Config): Promise<unknown> =>
    planRun({ ...base, ...config }, { container }).catch((error: unknown) => error);
  expect(await refused({ averageWeights: {} })).toMatchObject({
    message:
      "averageWeights: averaged weights need batch-norm statistics of their own, and running ones are of other weights. Set batchNorm.statistics=precise.",
  });
  expect(await refused({ averageWeights: { decay: 1 }, batchNorm: { statistics: "precise" } })).toMatchObject({
    message: expect.stringContaining("averageWeights.decay"),
  });
  expect(await refused({ batchNorm: "exact" as never })).toMatchObject({ message: expect.stringContaining("batchNorm") });
  expect(await refused({ batchNorm: { statistic: "precise" } as never })).toMatchObject({
    message: 'configuration batchNorm: unknown key "statistic". Did you mean "statistics"? Known keys: statistics, rows.',
  });
});

/** A network whose running means are so far off, and so slow, that it is right during training and predicts one class when it is scored. */
container.resolve(ARCHITECTURES).add("lagging", {
  description: "",
  create: () => ({
    build: ({ classes }) =>
      tf.sequential({
        layers: [
          tf.layers.flatten({ inputShape: [4, 4, 1] }),
          tf.layers.batchNormalization({ momentum: 0.9999, movingMeanInitializer: tf.initializers.constant({ value: 1000 }) }),
          tf.layers.dense({ name: "classes", units: classes, kernelInitializer: tf.initializers.randomNormal({ seed: 1 }) }),
        ],
      }),
  }),
});

test("a class that is never predicted is warned of once half of the epochs are over", async () => {
  const { events } = await run({
    ...base,
    architecture: "lagging",
    dataset: { name: "blobs", rows: 240 },
    members: 1,
    epochs: 3,
    scoreEvery: 1,
  });
  const said = events.flatMap((event) => (event.type === "warning" && event.message.includes("no scored image") ? [event.message] : []));
  expect(said.map((message) => message.slice(0, 17))).toEqual(["member 1, epoch 2"]);
});

test("a score far below the accuracy while training, and a class that is never predicted, are warned of once a member, also when resumed", async () => {
  const config = { ...base, architecture: "lagging", dataset: { name: "blobs", rows: 240 }, epochs: 2, scoreEvery: 1 } satisfies Config;
  const warnings = (events: readonly RunEvent[]) => events.flatMap((event) => (event.type === "warning" ? [event.message] : []));
  const whole = await run(config);
  const bytes = await folderBytes(whole.folder);
  const [below, never, ...others] = warnings(whole.events);
  expect(below).toMatch(
    /^member 1, epoch 1: accuracy is \d+\.\d % when scored and \d+\.\d % while training\. Running statistics of batch norm may lag behind the weights: set batchNorm\.statistics=precise\.$/,
  );
  expect(never).toMatch(/^member 1, epoch 1: no scored image is classified as [abc], [abc], though there are such\.$/);
  expect(others.map((message) => message.slice(0, 14))).toEqual(["member 2, epoc", "member 2, epoc"]);
  for (const [before, event] of whole.events.entries()) {
    if (event.type !== "score" && event.type !== "warning") continue;
    const cut = before + 1;
    const { folder } = await runToy(config, { container }, cut);
    await runToy(undefined, { container, resume: folder });
    expect(await folderBytes(folder), `cut after event ${cut}`).toEqual(bytes);
  }
  expect(warnings((await run({ ...config, batchNorm: { statistics: "precise" } })).events)).toEqual([]);
});
