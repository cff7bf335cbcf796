// The trainer's guarantees to schemes and users, one by one: each test fails if only its rule is broken.
import { existsSync } from "node:fs";
import { join } from "node:path";
import * as tf from "../tensorflow.ts";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { ARCHITECTURES } from "../architecture.ts";
import type { Config } from "../config.ts";
import { DATASETS, type LoadedDataset, type Split } from "../dataset.ts";
import { SCHEMES } from "../ensemble-scheme.ts";
import type { RunEvent } from "../events.ts";
import { LOSSES } from "../loss.ts";
import { OPTIMIZERS } from "../optimizer.ts";
import { createRandom } from "../random.ts";
import { resample } from "../resample.ts";
import { accuracy, winners } from "../staged-vote.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { evaluateRun } from "./evaluate-run.ts";
import { readModelFiles } from "./model-files.ts";
import { planRun } from "./plan-run.ts";
import { readMember } from "./read-member.ts";
import { newOut, runToy, toyConfig } from "./run-toy.ts";
import type { TrainOptions } from "./train.ts";

const container = toyContainer();
const ROWS = 90;
const labels = Int32Array.from({ length: ROWS }, (_, row) => row % 3);

/**
 * What the optimizer `noting` receives: the learning rate of each step, its share of the configured one, and each model's initial weights.
 */
const noted: { rates: number[]; scheduled: number[]; starts: Map<string, Float32Array>[] } = { rates: [], scheduled: [], starts: [] };
container.resolve(OPTIMIZERS).add("noting", {
  description: "",
  create: () => ({
    slots: [],
    update: (steps, { learningRate, scheduled, step }) => {
      const isExample = steps.some(({ parameter }) => parameter.name === "conv1/kernel");
      if (!isExample) noted.rates.push(learningRate);
      if (!isExample) noted.scheduled.push(scheduled);
      if (!isExample && step === 1)
        noted.starts.push(new Map(steps.map(({ parameter, weight }) => [parameter.name, Float32Array.from(weight.dataSync())])));
      return steps.map(({ weight, gradient }) => ({ weight: tf.sub(weight, tf.mul(gradient, learningRate)), slots: {} }));
    },
  }),
});
container.resolve(SCHEMES).add("weighs-two-classes", {
  description: "",
  create: () => ({
    draw: () => ({ kind: "weighted", sampleWeights: Float64Array.from(labels, (label) => (label === 2 ? 0 : 1)) }),
    next: ({ sampleWeights }) => ({ kind: "accept", alpha: 1, sampleWeights }),
  }),
});

const base = { ...toyConfig, optimizer: "noting", members: 1, epochs: 4, scoreEvery: 1 } satisfies Config;

beforeAll(() => tf.setBackend("cpu"));

function run(config: Config | undefined, options: Partial<TrainOptions> = {}, cut = Infinity) {
  Object.assign(noted, { rates: [], scheduled: [], starts: [] });
  return runToy(config, { container, ...options }, cut);
}

const trainable = (weights: ReadonlyMap<string, { readonly values: Float32Array }>) =>
  new Map([...weights].map(([name, { values }]) => [name, values]));
const scores = (events: readonly RunEvent[]) => events.filter((event) => event.type === "score");

test("every step has the learning rate that the schedule gives its epoch", async () => {
  const { events } = await run({ ...base, schedule: { name: "steps", epochs: [1, 3], factor: 0.5 } });
  expect(noted.rates).toEqual([0.02, 0.02, 0.02, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.005, 0.005, 0.005]);
  expect(noted.scheduled).toEqual([1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25]);
  expect(events.flatMap((event) => (event.type === "epoch" ? [event.learningRate] : []))).toEqual([0.02, 0.01, 0.01, 0.005]);
});

test("a member becomes what it was at its best epoch, not at its last one", async () => {
  // From the third epoch on, the learning rate is so high that the member diverges.
  const config = { ...base, schedule: { name: "steps", epochs: [2], factor: 1e5 }, learningRate: 0.5, validation: 0.2 } satisfies Config;
  for (const scoreOn of ["draw", "validation"] as const) {
    const { events, folder } = await run({ ...config, scoreOn });
    const all = scores(events);
    const best = all.reduce((a, b) => (b.value >= a.value ? b : a));
    expect(best.epoch).toBeLessThan(2);
    expect(all.map((score) => score.best)).toEqual(
      all.map((score) => all.slice(0, score.epoch).every((before) => before.value <= score.value)),
    );
    const short = await run({ ...config, scoreOn, epochs: best.epoch + 1 });
    const [kept, wanted] = [await readMember(folder, 0), await readMember(short.folder, 0)];
    expect(kept.record.bestEpoch).toBe(best.epoch);
    expect(kept.weights).toEqual(wanted.weights);
    expect(kept.logits).toEqual(wanted.logits);
    expect((await evaluateRun(folder, { container })).members[0]?.agreement).toBe(1);
  }
});

describe("the best epoch is chosen", () => {
  /** Share of correctly classified rows, each counted as often as it occurs. */
  const shareOf = (logits: Float32Array, rows: Int32Array): number => {
    const won = winners(logits, 3);
    return rows.filter((row) => won[row] === labels[row]).length / rows.length;
  };
  const close = (value: number) => expect.closeTo(value, 12) as number;

  test("on the rows of the draw, as often as they were drawn", async () => {
    const config = { ...base, members: 2, epochs: 1, seed: 5 } satisfies Config;
    const bagged = await run(config);
    const boosted = await run({ ...config, scheme: "boost" });
    const weighted = await run({ ...config, scheme: "weighs-two-classes" });
    for (const member of [0, 1]) {
      const logitsOf = async (folder: string) => (await readMember(folder, member)).logits.train;
      const uniform = new Float64Array(ROWS).fill(1 / ROWS);
      const own = await logitsOf(bagged.folder);
      const bag = shareOf(own, resample(uniform, ROWS, createRandom(5, "draw", member)));
      expect(scores(bagged.events)[member]).toMatchObject({ on: "draw", value: close(bag) });
      expect(bag).not.toBeCloseTo(accuracy(own, labels), 6);

      const first = winners((await readMember(boosted.folder, 0)).logits.train, 3);
      const weights = member === 0 ? uniform : uniform.map((w, row) => w * (first[row] === labels[row] ? 0.5 : 2));
      const rows = resample(weights, ROWS, createRandom(5, "draw", member, 0, "score"));
      expect(scores(boosted.events)[member]?.value).toEqual(close(shareOf(await logitsOf(boosted.folder), rows)));

      const twoClasses = Int32Array.from(labels.keys()).filter((row) => labels[row] !== 2);
      expect(scores(weighted.events)[member]?.value).toEqual(close(shareOf(await logitsOf(weighted.folder), twoClasses)));
    }
  });

  test("on the rows held out, if scoreOn is validation", async () => {
    const { events, folder } = await run({ ...base, epochs: 1, validation: 0.2, scoreOn: "validation" });
    const { logits, record } = await readMember(folder, 0);
    expect(scores(events)[0]).toMatchObject({ on: "validation", metric: "accuracy", value: record.metrics["accuracy"]?.validation });
    expect(scores(events)[0]?.value).not.toBeCloseTo(
      shareOf(logits.train, resample(new Float64Array(ROWS).fill(1), ROWS, createRandom(0, "draw", 0))),
      3,
    );
  });
});

test("a weighted draw weighs each row's own loss: a class without weight is not learned", async () => {
  const { folder } = await run({ ...base, epochs: 60, learningRate: 0.2, scheme: "weighs-two-classes" });
  const won = winners((await readMember(folder, 0)).logits.train, 3);
  expect(won.filter((winner) => winner === 2).length).toBeLessThan(5); // of 30
  const others = won.filter((_, row) => labels[row] !== 2);
  expect(others.filter((winner, i) => winner === labels.filter((label) => label !== 2)[i]).length / others.length).toBeGreaterThan(0.7);
});

describe("a member starts", () => {
  test("from the pretrained model, if it is the first one and pretrainEpochs are set", async () => {
    const { folder } = await run({ ...base, pretrainEpochs: 3 });
    const start = await readModelFiles(join(folder, "start"));
    expect(noted.starts).toHaveLength(2);
    expect(noted.starts[1]).toEqual(trainable(start));
    expect(noted.starts[0]).not.toEqual(noted.starts[1]);
    expect(noted.rates).toHaveLength(3 * (3 + 4));
  });

  test("from the weights of init, if it is the first one", async () => {
    const trained = await run(base);
    const init = join(trained.folder, "members/000");
    await run({ ...base, init, seed: 3 });
    expect(noted.starts[0]).toEqual(trainable(await readModelFiles(init)));
  });

  test("from the kept weights of the newest voting member that fits, in sequential mode", async () => {
    const hidden = { architecture: { name: "linear", hidden: 5 } };
    const { folder } = await run({ ...base, members: [{ count: 1 }, hidden, { count: 1 }, hidden] });
    const kept = await Promise.all([0, 1, 2].map(async (member) => trainable((await readMember(folder, member)).weights)));
    expect(noted.starts[2]).toEqual(kept[0]);
    expect(noted.starts[3]).toEqual(kept[1]);
    const rejecting = await run({ ...base, members: 3, scheme: { name: "boost", reject: 1 } });
    expect(noted.starts[2]).toEqual(trainable((await readMember(rejecting.folder, 0)).weights));
  });

  test("afresh, in independent mode", async () => {
    const { folder } = await run({ ...base, members: 2, mode: "independent" });
    expect(noted.starts[1]).not.toEqual(trainable((await readMember(folder, 0)).weights));
    const alone = await run({ ...base, members: 2, mode: "independent" });
    expect((await readMember(alone.folder, 1)).weights).toEqual((await readMember(folder, 1)).weights);
  });
});

test("a scheme whose members start afresh refuses sequential mode before anything is written, where there are several members", async () => {
  container.resolve(SCHEMES).add("fresh", {
    description: "",
    create: () => ({ independent: true, fresh: true, next: ({ sampleWeights }) => ({ kind: "accept", alpha: 1, sampleWeights }) }),
  });
  const config = { ...base, scheme: "fresh", members: 2, mode: "sequential" } satisfies Config;
  const out = join(await newOut(), "runs");
  const sentence =
    "mode: is sequential, but members of scheme=fresh start afresh: going on from one another they would be one long training. Set mode=independent.";
  await expect(run(config, { out })).rejects.toThrow(sentence);
  expect(existsSync(out)).toBe(false);
  await expect(planRun(config, { container })).rejects.toThrow(sentence);
  for (const allowed of [{ members: 1 }, { mode: "independent" }] satisfies Config[])
    await expect(planRun({ ...config, ...allowed }, { container })).resolves.toBeDefined();
});

describe("init is refused before anything is written, by a run and by a plan,", () => {
  test.for<[string, Config, string]>([
    [
      "that does not fit the first member",
      { architecture: { name: "linear", hidden: 5 } },
      "its weights do not fit the first member. Set architecture",
    ],
    [
      "beside pretrainEpochs",
      { pretrainEpochs: 2 },
      "init: is where the first member starts, and so is the model of pretrainEpochs=2. Set pretrainEpochs=0",
    ],
    [
      "in independent mode",
      { mode: "independent" },
      "init: is the start of the first sequential member, but independent members start afresh. Set mode=sequential",
    ],
    [
      "beside given members",
      { given: ["somewhere"] },
      "given: the first members are there already, so init has nothing to start. Leave it out.",
    ],
    ["that is not there", { init: "/nowhere" }, "cannot be read: it does not exist (ENOENT)"],
  ])("%s", async ([, own, message]) => {
    const { folder } = await run({ ...base, epochs: 1 });
    const config = { ...base, init: join(folder, "members/000"), ...own };
    const out = join(await newOut(), "runs");
    await expect(run(config, { out })).rejects.toThrow(message);
    expect(existsSync(out)).toBe(false);
    await expect(planRun(config, { container })).rejects.toThrow(message);
  });
});

describe("out of bag, a row is voted on", () => {
  // Random labels, which can only be memorized: accuracy above a third means that the row was seen.
  container.resolve(DATASETS).add("noise", {
    description: "",
    create: () => ({
      async load(options): Promise<LoadedDataset> {
        const data = await container.resolve(DATASETS).create("blobs").load(options);
        const random = createRandom(9, "noise");
        const noisy = (split: Split): Split => ({ ...split, labels: split.labels.map(() => random.integer(3)) });
        return { ...data, train: noisy(data.train), test: noisy(data.test) };
      },
    }),
  });
  container.resolve(ARCHITECTURES).add("learns-by-heart", {
    description: "",
    create: () => ({
      build: ({ classes, seed }) => {
        const normal = (salt: number) => tf.initializers.randomNormal({ stddev: 0.2, seed: seed + salt });
        return tf.sequential({
          layers: [
            tf.layers.flatten({ inputShape: [4, 4, 1] }),
            tf.layers.dense({ name: "hidden", units: 64, activation: "relu", kernelInitializer: normal(1) }),
            tf.layers.dense({ name: "classes", units: classes, kernelInitializer: normal(2) }),
          ],
        });
      },
    }),
  });
  const config = {
    ...base,
    optimizer: "adam",
    dataset: "noise",
    architecture: "learns-by-heart",
    members: 4,
    epochs: 30,
    scoreEvery: 30,
    learningRate: 0.01,
  } satisfies Config;
  const outOfBag = (events: readonly RunEvent[]) =>
    events.flatMap((event) => (event.type === "staged" ? [event.metrics["accuracy"]?.outOfBag] : []));

  test("by no member that saw it, and by none that started from one that did", async () => {
    const random = createRandom(9, "noise");
    const truth = Int32Array.from({ length: ROWS }, () => random.integer(3));
    const members = [0, 1, 2, 3];
    const drawn = members.map((member) => new Set(resample(new Float64Array(ROWS).fill(1 / ROWS), ROWS, createRandom(0, "draw", member))));
    for (const mode of ["independent", "sequential"] as const) {
      const { events, folder } = await run({ ...config, mode });
      const logits = await Promise.all(members.map(async (member) => (await readMember(folder, member)).logits.train));
      /** Share of rows classified correctly by the sum of the logits of those of the first `count` members that may vote. */
      const shareOf = (count: number, mayVote: (member: number, row: number) => boolean): number => {
        const right = [...truth].flatMap((label, row) => {
          const own = logits.slice(0, count).filter((_, member) => mayVote(member, row));
          const sums = Float64Array.from({ length: 3 }, (_, k) => own.reduce((sum, values) => sum + values[3 * row + k]!, 0));
          return own.length === 0 ? [] : [winners(sums, 3)[0] === label ? 1 : 0];
        });
        return right.reduce((sum: number, one) => sum + one, 0) / right.length;
      };
      const drewIt = (member: number, row: number): boolean => drawn[member]!.has(row);
      const startedFromIt = (member: number, row: number): boolean => members.slice(0, member).some((before) => drewIt(before, row));
      for (const [stage, share] of outOfBag(events).entries()) {
        const wanted = shareOf(stage + 1, (member, row) => !drewIt(member, row) && !(mode === "sequential" && startedFromIt(member, row)));
        expect(share, `${mode}, ${stage + 1} members`).toBeCloseTo(wanted, 12);
      }
      const ownRowsLeftOut = shareOf(4, (member, row) => !drewIt(member, row));
      if (mode === "sequential")
        expect(ownRowsLeftOut - (outOfBag(events)[3] ?? 1), "what only leaving out its own rows would add").toBeGreaterThan(0.2);
    }
  });

  test("by no member after pretraining, from init, or with a teacher, which saw every row", async () => {
    container.resolve(LOSSES).add("imitate", {
      description: "",
      options: z.object({ teacher: z.string() }),
      create: ({ teacher }) => ({
        teacher,
        rows: ({ logits, teacherLogits }) => tf.sum<tf.Tensor1D>(tf.square(tf.sub(logits, teacherLogits!)), 1),
      }),
    });
    const short = { ...config, epochs: 2, members: 2 } satisfies Config;
    const { folder, events } = await run(short);
    expect(outOfBag(events)).not.toContain(undefined);
    for (const own of [
      { pretrainEpochs: 1 },
      { init: join(folder, "members/000") },
      { loss: { name: "imitate", teacher: folder } },
    ] satisfies Config[])
      expect(outOfBag((await run({ ...short, ...own })).events)).toEqual([undefined, undefined]);
  });

  test("by the same members when the run was cut and resumed", async () => {
    const short = { ...config, epochs: 2 } satisfies Config;
    const whole = await run(short);
    for (let cut = 5; cut < whole.events.length; cut += 9) {
      const { folder } = await run(short, {}, cut);
      const rest = outOfBag((await run(undefined, { resume: folder })).events);
      expect(rest).toEqual(outOfBag(whole.events).slice(4 - rest.length));
    }
  });
});

describe("the disk is asked for room before the folder is made,", () => {
  // 10,000 members with logits of 200 MB each: 2 TB and more.
  container.resolve(DATASETS).add("vast", {
    description: "",
    create: () => ({
      async load(): Promise<LoadedDataset> {
        const split = (rows: number): Split => ({ labels: new Int32Array(rows), images: (wanted) => new Float32Array(wanted.length) });
        const names = Array.from({ length: 2000 }, (_, i) => String(i));
        return { shape: [1, 1, 1], labels: names, train: split(25_000), test: split(1000), provenance: {}, preprocessing: [] };
      },
    }),
  });
  const config = { ...base, dataset: "vast", architecture: { name: "linear", height: 1 }, members: 10_000 } satisfies Config;

  test.for(["", "not/there/yet"])("of the disk on which it will lie: OUT/%s", async (under) => {
    const out = join(await newOut(), under);
    await expect(run(config, { out })).rejects.toThrow(/: the run needs about 2\.\d TB, the disk has \d+(\.\d+)? [MGT]B free\. Free some/);
    expect(existsSync(join(out, "toy"))).toBe(false);
  });
});

test("a share that holds no row out is refused before anything is written, where it would choose the best epoch too", async () => {
  container.resolve(DATASETS).add("none-held", {
    description: "",
    create: () => ({
      load: (options) =>
        container
          .resolve(DATASETS)
          .create("blobs")
          .load({ ...options, validation: 0 }),
    }),
  });
  for (const own of [{ scoreOn: "validation" }, {}] satisfies Config[]) {
    const config = { ...base, ...own, dataset: "none-held", validation: 0.001 };
    const out = join(await newOut(), "runs");
    const message = "validation: 0.001 of the 90 training rows holds none out. Set a larger share, or 0 for none.";
    await expect(run(config, { out })).rejects.toThrow(message);
    expect(existsSync(out)).toBe(false);
    await expect(planRun(config, { container })).rejects.toThrow(message);
  }
});
