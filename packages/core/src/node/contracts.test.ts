// The arguments that optimizers, schedules, losses, metrics and schemes receive in a whole run.
import { readdir } from "node:fs/promises";
import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import { z } from "zod";
import type { Config } from "../config.ts";
import { DATASETS } from "../dataset.ts";
import type { RunEvent } from "../events.ts";
import { LOSSES } from "../loss.ts";
import { METRICS } from "../metric.ts";
import { OPTIMIZERS } from "../optimizer.ts";
import { createRandom } from "../random.ts";
import { SCHEDULES, type ScheduledStep } from "../schedule.ts";
import { VOTERS } from "../voter.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { evaluateRun } from "./evaluate-run.ts";
import { folderBytes } from "./folder-bytes.ts";
import { readMember } from "./read-member.ts";
import { newOut, runToy, toyConfig } from "./run-toy.ts";
import { openTeacherLogits } from "./teacher-logits.ts";
import type { TrainOptions } from "./train.ts";

const rates: ScheduledStep[] = [];
const container = toyContainer();
container.resolve(OPTIMIZERS).add("momentum", {
  description: "",
  options: z.object({ only: z.string().default("") }),
  create: ({ only }) => ({
    slots: ["velocity"],
    claims: ({ name }) => name.includes(only),
    update: (steps, { learningRate }) =>
      steps.map(({ weight, gradient, slots }) => {
        const velocity = tf.add(tf.mul(slots["velocity"]!, 0.9), gradient);
        return { weight: tf.sub(weight, tf.mul(velocity, learningRate)), slots: { velocity } };
      }),
  }),
});
container.resolve(SCHEDULES).add("line", {
  description: "",
  create: () => ({
    rate: (at) => {
      rates.push(at);
      return at.learningRate * (1 - (at.epoch + at.step / at.steps) / at.epochs);
    },
  }),
});
container.resolve(SCHEDULES).add("broken", { description: "", create: () => ({ rate: ({ epoch }) => (epoch === 1 ? Number.NaN : 1e-3) }) });
container.resolve(LOSSES).add("imitate", {
  description: "",
  options: z.object({ teacher: z.string() }),
  create: ({ teacher }) => ({
    teacher,
    rows: ({ logits, teacherLogits }) => tf.sum<tf.Tensor1D>(tf.square(tf.sub(logits, teacherLogits!)), 1),
  }),
});
container.resolve(VOTERS).add("constant", {
  description: "",
  create: () => ({ vote: ({ logits }) => Float64Array.from(logits[0] ?? [], () => 1) }),
});
container.resolve(METRICS).add("wrong", {
  description: "",
  create: () => ({
    title: "share of rows classified wrong",
    unit: "%",
    better: "lower",
    of: (scores, labels) => {
      const classes = scores.length / labels.length;
      const right = labels.filter((label, row) => {
        const own = Array.from(scores.subarray(row * classes, (row + 1) * classes));
        return own.indexOf(Math.max(...own)) === label;
      });
      return 1 - right.length / labels.length;
    },
    sum: (logits, labels) => tf.sum(tf.cast(tf.notEqual(tf.argMax(logits, 1), labels), "float32")),
  }),
});

const base = { ...toyConfig, scoreEvery: 1 } satisfies Config;

beforeAll(() => tf.setBackend("cpu"));

const run = (config: Config | undefined, options: Partial<TrainOptions> = {}, cut = Infinity) =>
  runToy(config, { container, ...options }, cut);

test("a rule with a slot of its own, for some parameters, resumes to the bytes of an uncut run", async () => {
  const config = { ...base, optimizer: [{ name: "momentum", only: "kernel" }, "adam"], members: 1 } satisfies Config;
  const whole = await run(config);
  for (let cut = 3; cut < whole.events.length; cut += 4) {
    const { folder } = await run(config, {}, cut);
    await run(undefined, { resume: folder });
    expect(await folderBytes(folder), `cut after event ${cut}`).toEqual(await folderBytes(whole.folder));
  }
  const adamAlone = await run({ ...base, members: 1 });
  expect((await readMember(whole.folder, 0)).weights).not.toEqual((await readMember(adamAlone.folder, 0)).weights);
});

test("an optimizer that updates only some parameters is refused before anything is written", async () => {
  const out = await newOut();
  await expect(run({ ...base, optimizer: { name: "momentum", only: "kernel" } }, { out })).rejects.toThrow(
    "optimizer momentum: leaves classes/bias to another",
  );
  expect(await readdir(out)).toEqual([]);
});

test("a schedule sets the rate of every step, and one whose rate is no number ends the run with a sentence", async () => {
  rates.length = 0;
  const { events } = await run({ ...base, members: 1, schedule: "line" });
  expect(events.filter((event) => event.type === "epoch").map(({ learningRate }) => learningRate)).toEqual(
    [expect.closeTo(0.02 * (2 / 3), 12), expect.closeTo(0.02 * (1 / 6), 12)].map((rate) => rate as number),
  );
  expect(rates[0]).toEqual({ learningRate: 0.02, epoch: 0, epochs: 2, step: 0, steps: 3 });
  const steady = await run({ ...base, members: 1 });
  const losses = (all: readonly RunEvent[]) => all.filter((event) => event.type === "step").map(({ loss }) => loss);
  expect(losses(events).slice(0, 1)).toEqual(losses(steady.events).slice(0, 1));
  expect(losses(events).at(-1)).not.toBe(losses(steady.events).at(-1));
  await expect(run({ ...base, members: 1, schedule: "broken" })).rejects.toThrow(
    "schedule broken: its learning rate of epoch 2, step 1 is NaN. It must be finite and not negative.",
  );
});

test("a loss may imitate the vote of another run, and a teacher of other data is refused", async () => {
  const teacher = await run({ ...base, epochs: 6 });
  const loss = { name: "imitate", teacher: teacher.folder };
  const student = await run({ ...base, members: 1, epochs: 30, loss });
  const epochs = student.events.filter((event) => event.type === "epoch");
  expect(epochs.at(-1)?.loss).toBeLessThan(0.2 * epochs[0]!.loss);
  const [vote, own] = [await readMember(teacher.folder, 0), await readMember(student.folder, 0)];
  const distance = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0) / a.length;
  expect(distance(own.logits.train, vote.logits.train)).toBeLessThan(0.5);
  await expect(run({ ...base, loss, dataset: { name: "blobs", rows: 60 } })).rejects.toThrow(/teacher .*: /);
  const out = await newOut();
  await expect(run({ ...base, loss: { name: "imitate", teacher: "/nowhere" } }, { out })).rejects.toThrow("does not exist");
  expect(await readdir(out)).toEqual([]);
});

test("a teacher's logits are the mean of its members' by their vote weights, whichever way it votes", async () => {
  const { folder } = await run({ ...base, scheme: "boost", voter: "constant" });
  const data = await container
    .resolve(DATASETS)
    .create("blobs")
    .load({ validation: 0, random: createRandom(0, "data") });
  const teacher = await openTeacherLogits(folder, data, container);
  const logits = teacher.rows(Int32Array.from({ length: 90 }, (_, row) => row));
  teacher.close();
  const [first, second] = [await readMember(folder, 0), await readMember(folder, 1)];
  expect([first.record.alpha, second.record.alpha]).toEqual([0.5, 1.5]);
  expect(logits).toHaveLength(90 * 3);
  for (const [i, logit] of logits.entries()) expect(logit).toBeCloseTo(0.25 * first.logits.train[i]! + 0.75 * second.logits.train[i]!, 5);
});

test("a plugin's metric stands in every event that has metrics, in the members' records and in an evaluation", async () => {
  const { events, folder } = await run({ ...base, metrics: ["wrong", "accuracy"], validation: 0.2 });
  const start = events.find((event) => event.type === "run-start");
  expect(start?.metrics).toEqual([
    { name: "wrong", title: "share of rows classified wrong", unit: "%", better: "lower" },
    { name: "accuracy", title: "accuracy", unit: "%", better: "higher" },
  ]);
  const both = events.flatMap((event) => ("metrics" in event && event.type !== "run-start" ? [event] : []));
  expect(new Set(both.map(({ type }) => type))).toEqual(new Set(["step", "epoch", "member-end", "staged"]));
  for (const { metrics } of both) expect(Object.keys(metrics)).toEqual(["wrong", "accuracy"]);
  for (const event of events) {
    if (event.type === "epoch") expect(event.metrics["wrong"]).toBeCloseTo(1 - event.metrics["accuracy"]!, 6);
    if (event.type === "staged") expect(event.metrics["wrong"]!.test["sum"]).toBeCloseTo(1 - event.metrics["accuracy"]!.test["sum"]!, 12);
  }
  const evaluation = await evaluateRun(folder, { container });
  expect(evaluation.members[1]?.metrics["wrong"]).toBe((await readMember(folder, 1)).record.metrics["wrong"]?.test);
  expect(evaluation.staged[1]?.["wrong"]?.["sum"]).toBe(events.findLast((event) => event.type === "staged")?.metrics["wrong"]?.test["sum"]);
});

test("the best epoch is chosen by the first metric of the run, the lowest where lower is better", async () => {
  const config = { ...base, members: 1, epochs: 4, metrics: ["wrong", "accuracy"], learningRate: 0.5 } satisfies Config;
  const { events, folder } = await run(config);
  const scores = events.filter((event) => event.type === "score");
  expect(scores.map(({ metric }) => metric)).toEqual(["wrong", "wrong", "wrong", "wrong"]);
  const best = scores.findLast((score) => score.value === Math.min(...scores.map(({ value }) => value)));
  expect((await readMember(folder, 0)).record.bestEpoch).toBe(best?.epoch);
  const byAccuracy = await run({ ...config, metrics: ["accuracy", "wrong"] });
  const rights = byAccuracy.events.filter((event) => event.type === "score").map(({ value }) => value);
  for (const [i, { value }] of scores.entries()) expect(value).toBeCloseTo(1 - (rights[i] ?? 0), 12);
  expect((await readMember(byAccuracy.folder, 0)).record.bestEpoch).toBe(best?.epoch);
});

test("a rejected member has no vote, and the run goes on with the next one", async () => {
  const config = { ...base, members: 3, scheme: { name: "boost", reject: 1 } } satisfies Config;
  const whole = await run(config);
  const ends = whole.events.filter((event) => event.type === "member-end");
  expect(ends.map(({ alpha, reject }) => [alpha, reject])).toEqual([
    [0.5, undefined],
    [undefined, "no better than chance."],
    [2.5, undefined],
  ]);
  expect(whole.events.at(-1)).toMatchObject({ reason: "finished", members: 2 });
  expect(whole.events.filter((event) => event.type === "staged").map(({ members }) => members)).toEqual([1, 2]);
  for (let cut = 3; cut < whole.events.length; cut += 7) {
    const { folder } = await run(config, {}, cut);
    await run(undefined, { resume: folder });
    expect(await folderBytes(folder), `cut after event ${cut}`).toEqual(await folderBytes(whole.folder));
  }
  await expect(run({ ...config, members: 1, scheme: { name: "boost", reject: 0 } })).rejects.toThrow(
    "boost: no member is usable: no better than chance.",
  );
});
