import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "../tensorflow.ts";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { BACKENDS } from "../backend.ts";
import type { Config } from "../config.ts";
import { meanCrossEntropy } from "../built-in/mean-cross-entropy.ts";
import { DATASETS } from "../dataset.ts";
import type { RunEvent } from "../events.ts";
import { RunControl } from "../run-control.ts";
import { readSafetensors } from "../safetensors.ts";
import { topFiveAccuracy } from "../staged-vote.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { evaluateRun } from "./evaluate-run.ts";
import { folderBytes } from "./folder-bytes.ts";
import { openRun } from "./open-run.ts";
import { planRun } from "./plan-run.ts";
import { readMember } from "./read-member.ts";
import { newOut, runToy, toyConfig } from "./run-toy.ts";
import { train, type TrainOptions } from "./train.ts";

const container = toyContainer();
const base = { ...toyConfig, members: 3, epochs: 4, scoreEvery: 2 } satisfies Config;

beforeAll(() => tf.setBackend("cpu"));

const run = (config: Config | undefined, options: Partial<TrainOptions>, until?: (event: RunEvent, count: number) => boolean) =>
  runToy(config, { container, ...options }, until);

async function uncut(config: Config): Promise<Record<string, string>> {
  const { folder } = await run(config, { out: await newOut() });
  return folderBytes(folder);
}

test("a run tells its story in order and keeps every member", async () => {
  const tensors = tf.memory().numTensors;
  const { events, folder } = await run(base, { out: await newOut() });
  expect(tf.memory().numTensors).toBe(tensors);
  const types = events.map((event) => event.type);
  expect(types[0]).toBe("progress");
  expect(types[1]).toBe("run-start");
  expect(types.at(-1)).toBe("run-end");
  expect(types.filter((type) => type === "member-end")).toHaveLength(3);
  expect(types.filter((type) => type === "epoch")).toHaveLength(12);
  const staged = events.filter((event) => event.type === "staged");
  expect(staged.map((event) => event.members)).toEqual([1, 2, 3]);
  expect(staged[0]!.metrics["accuracy"]!.test["sum"]).toBeCloseTo(staged[0]!.metrics["accuracy"]!.single!, 12);
  expect(staged[2]!.metrics["accuracy"]!.test["sum"]).toBeGreaterThan(0.5); // chance level is a third
  expect(staged[2]!.metrics["accuracy"]!.outOfBag).toBeGreaterThan(0.5);
  expect((await openRun(folder)).members).toEqual([0, 1, 2]);
});

test("scoring again gives the logits that were stored, and the same votes", async () => {
  const { events, folder } = await run(base, { out: await newOut() });
  const evaluation = await evaluateRun(folder, { container });
  const staged = events.filter((event) => event.type === "staged");
  expect(evaluation.members.map((member) => member.agreement)).toEqual([1, 1, 1]);
  expect(evaluation.staged.map((stage) => stage["accuracy"]?.["sum"])).toEqual(
    staged.map((event) => event.metrics["accuracy"]?.test["sum"]),
  );
  expect(evaluation.singleMean["accuracy"]).toBeCloseTo(staged[2]!.metrics["accuracy"]!.singleMean!, 12);
  expect(evaluation.metrics.map(({ name }) => name)).toEqual(["accuracy", "loss"]);
});

test("the same configuration gives the same bytes, another seed others", async () => {
  const first = await uncut(base);
  expect(await uncut(base)).toEqual(first);
  expect((await uncut({ ...base, seed: 1 }))["members/000/weights.bin"]).not.toBe(first["members/000/weights.bin"]);
});

describe("a run that was cut anywhere and resumed ends with the bytes of an uncut one", () => {
  for (const config of [
    { ...base, scheme: "boost", pretrainEpochs: 2 },
    { ...base, mode: "independent", validation: 0.2, scoreOn: "validation" },
    { ...base, members: 2, gradientAccumulationSteps: 3 },
    { ...base, members: [{ count: 2 }, { architecture: { name: "linear", hidden: 5 }, epochs: 2 }] },
  ] satisfies Config[]) {
    test(JSON.stringify(config), async () => {
      const whole = await uncut(config);
      const total = (await run(config, { out: await newOut() })).events.length;
      for (let cut = 2; cut < total; cut += 5) {
        // Breaking off at an event leaves the same state as a kill: only what was checkpointed survives.
        const { folder } = await run(config, { out: await newOut() }, (_, nth) => nth === cut);
        await run(undefined, { resume: folder });
        expect(await folderBytes(folder), `cut after event ${cut}`).toEqual(whole);
      }
    });
  }

  test("also when it was asked to stop between two batches, twice", async () => {
    const config = { ...base, scheme: "boost" } satisfies Config;
    const whole = await uncut(config);
    const out = await newOut();
    const stopAt = async (nth: number, options: Partial<TrainOptions>) => {
      const control = new RunControl();
      return run(options.resume ? undefined : config, { ...options, control }, (event, n) => {
        if (event.type === "step" && n > nth) control.stopNow();
        return false;
      });
    };
    const { folder, events } = await stopAt(6, { out });
    expect(events.at(-1)).toMatchObject({ type: "run-end", reason: "interrupted" });
    await stopAt(9, { resume: folder });
    await run(undefined, { resume: folder });
    expect(await folderBytes(folder)).toEqual(whole);
  });
});

test("an aborted signal stops after the batch and saves; stopping after the epoch ends there", async () => {
  const abort = new AbortController();
  const aborted = await run(base, { out: await newOut(), signal: abort.signal }, (event) => {
    if (event.type === "step") abort.abort();
    return false;
  });
  expect(aborted.events.at(-1)).toMatchObject({ type: "run-end", reason: "interrupted", members: 0 });
  const control = new RunControl();
  const after = await run(base, { out: await newOut(), control }, (event) => {
    if (event.type === "step") control.stopAfterEpoch();
    return false;
  });
  expect(after.events.filter((event) => event.type === "epoch")).toHaveLength(1);
});

test("pausing holds the run until it is resumed", async () => {
  const control = new RunControl();
  const { events } = await run(base, { out: await newOut(), control }, (event) => {
    if (event.type === "step" && event.member === 0 && event.epoch === 0 && event.step === 1) {
      control.pause();
      setTimeout(() => control.resume(), 30);
    }
    return false;
  });
  expect(events.filter((event) => event.type === "control").map((event) => event.state)).toEqual(["paused", "running"]);
  expect(events.at(-1)).toMatchObject({ reason: "finished" });
});

test("a scheme may stop the run, with or without its last member, and its warnings are told", async () => {
  const kept = await run({ ...base, scheme: { name: "boost", stopAt: 1 } }, { out: await newOut() });
  expect(kept.events.at(-1)).toMatchObject({ reason: "stopped-by-scheme", members: 2, message: "nothing left to learn." });
  expect(kept.events.filter((event) => event.type === "warning")).toHaveLength(1);
  const dropped = await run({ ...base, scheme: { name: "boost", stopAt: 1, drop: true } }, { out: await newOut() });
  expect(dropped.events.at(-1)).toMatchObject({ reason: "stopped-by-scheme", members: 1 });
  expect((await evaluateRun(dropped.folder, { container })).staged).toHaveLength(1);
});

test("weights may weigh the loss instead of the draw", async () => {
  const { events } = await run({ ...base, scheme: { name: "boost", weighting: "loss" } }, { out: await newOut() });
  expect(events.at(-1)).toMatchObject({ reason: "finished" });
  const plain = await run({ ...base, scheme: "boost" }, { out: await newOut() });
  const lastAccuracy = (all: RunEvent[]) => all.findLast((event) => event.type === "staged")?.metrics["accuracy"]?.test["sum"];
  expect(lastAccuracy(events)).not.toBe(lastAccuracy(plain.events));
});

test.each([{}, { scheme: { name: "boost", weighting: "loss" } }])(
  "a batch computed in parts, the last and short one too, is the same step up to rounding, and parts are no other run's to resume: %o",
  async (own: Config) => {
    const tensors = tf.memory().numTensors;
    const whole = await run({ ...base, members: 1, ...own }, { out: await newOut() });
    const parts = await run({ ...base, members: 1, ...own, gradientAccumulationSteps: 3 }, { out: await newOut() });
    expect(tf.memory().numTensors).toBe(tensors);
    const steps = (events: readonly RunEvent[]) => events.filter((event) => event.type === "step");
    expect(steps(whole.events)).toHaveLength(12);
    for (const [i, { loss, metrics }] of steps(whole.events).entries()) {
      expect(steps(parts.events)[i]).toMatchObject({ loss: expect.closeTo(loss, 5), metrics });
    }
    expect((await openRun(parts.folder)).config.gradientAccumulationSteps).toBe(3);
    expect((await evaluateRun(parts.folder, { container })).members[0]?.agreement).toBe(1);
    await expect(run({ ...base, members: 1, ...own }, { resume: parts.folder })).rejects.toThrow(
      "was made with gradientAccumulationSteps=3",
    );
  },
);

test("with more than ten classes, steps, members and votes tell their top-5 accuracy too", async () => {
  const tensors = tf.memory().numTensors;
  const config = { ...base, dataset: { name: "blobs", classes: 12 }, validation: 0.2 } satisfies Config;
  const { events, folder } = await run(config, { out: await newOut() });
  expect(tf.memory().numTensors).toBe(tensors);
  const steps = events.filter((event) => event.type === "step");
  for (const { metrics } of steps) expect(metrics["top5"]).toBeGreaterThanOrEqual(metrics["accuracy"]!);
  expect(steps.some(({ metrics }) => metrics["top5"]! > metrics["accuracy"]!)).toBe(true);
  const { record, logits } = await readMember(folder, 2);
  const test = Int32Array.from({ length: 60 }, (_, row) => row % 12);
  expect(record.metrics["top5"]?.test).toBe(topFiveAccuracy(logits.test, test));
  expect(record.metrics["loss"]?.test).toBe(meanCrossEntropy(logits.test, test));
  expect(events.findLast((event) => event.type === "member-end")).toMatchObject({ metrics: record.metrics });
  const staged = events.filter((event) => event.type === "staged");
  expect(staged[0]!.metrics["top5"]?.test["sum"]).toBe((await readMember(folder, 0)).record.metrics["top5"]?.test);
  expect(Object.keys(staged[2]!.metrics)).toEqual(["accuracy", "top5"]);
  expect(Object.keys(staged[2]!.metrics["top5"] ?? {})).toEqual(["validation", "test", "single", "singleMean", "outOfBag"]);
});

test("with ten classes or fewer there is no top-5, but a loss and the accuracy of each batch", async () => {
  const { events } = await run(base, { out: await newOut() });
  expect(JSON.stringify(events)).not.toContain("top5");
  const steps = events.filter((event) => event.type === "step" && event.member === 0 && event.epoch === 0);
  const right = steps.reduce(
    (sum, event, i) => sum + (event.type === "step" ? (event.metrics["accuracy"] ?? 0) : 0) * (i < 2 ? 32 : 26),
    0,
  );
  expect(events.find((event) => event.type === "epoch")?.metrics["accuracy"]).toBeCloseTo(right / 90, 12);
  expect(events.find((event) => event.type === "member-end")?.metrics["loss"]?.test).toBeGreaterThan(0);
});

describe("bad input is an error before anything is written", () => {
  for (const [what, config, message] of [
    ["an unknown scheme", { scheme: "bog" }, 'ensemble scheme "bog" is unknown. Did you mean "bag"?'],
    ["a net that does not fit", { architecture: { name: "linear", height: 8 } }, "linear: expected images 8 high, got [4, 4, 1]"],
    ["validation without rows", { scoreOn: "validation" }, "no rows are held out"],
    [
      "more parts than rows",
      { gradientAccumulationSteps: 33 },
      "gradientAccumulationSteps: is 33, but a batch of 32 has no more than 32 parts",
    ],
    ["half a part", { gradientAccumulationSteps: 1.5 }, /configuration gradientAccumulationSteps: .*got 1\.5/],
    [
      "groups of too many members together",
      { members: [{ count: 9000 }, { count: 1001 }] },
      "members: the groups have 10001 members together. Lower their counts to 10000 in all.",
    ],
    ["pretraining afresh", { mode: "independent", pretrainEpochs: 1 }, "independent members start afresh"],
    ["a missing init", { init: "/nowhere" }, "/nowhere/model.json: cannot be read: it does not exist (ENOENT)"],
  ] satisfies [string, Config, string | RegExp][]) {
    test(what, async () => {
      const out = join(await newOut(), "runs");
      await expect(run({ ...base, ...config }, { out })).rejects.toThrow(message);
      expect(existsSync(out)).toBe(false);
    });
  }

  test("an unusable first member", async () => {
    await expect(run({ ...base, scheme: { name: "boost", stopAt: 0, drop: true } }, { out: await newOut() })).rejects.toThrow(
      "boost: no member is usable: no better than chance. Train them longer",
    );
  });

  test("a loss that is not finite names member, epoch and batch", async () => {
    await expect(run({ ...base, learningRate: 1e38 }, { out: await newOut() })).rejects.toThrow(
      "member 1, epoch 1, batch 2: the loss is NaN. The last good checkpoint is kept",
    );
  });

  test("a run folder in use, a name taken, a resumed run with other settings, a folder that is no run", async () => {
    const out = await newOut();
    const { folder } = await run(base, { out }, (event) => event.type === "epoch");
    const first = train(undefined, { container, resume: folder });
    for (let i = 0; i < 4; i++) await first.next();
    await expect(run(undefined, { resume: folder })).rejects.toThrow("is in use by process");
    await first.return({ folder, reason: "interrupted" });
    await expect(run(base, { out })).rejects.toThrow(/toy: exists\. Choose another name/);
    await expect(run({ ...base, epochs: 9 }, { resume: folder })).rejects.toThrow(
      "was made with epochs=4, now epochs=9 is asked for (and members differ too)",
    );
    await expect(run(undefined, { resume: out })).rejects.toThrow("has no experiment.json");
    await expect(run(undefined, { resume: join(out, "none") })).rejects.toThrow("does not exist");
    await run(base, { resume: folder }); // repeating the same settings is accepted
  });
});

test("a plan tells what a run would do", async () => {
  const plan = await planRun({ ...base, members: [{ count: 2 }, { architecture: { name: "linear", hidden: 5 } }] }, { container });
  expect(plan.kinds.map((kind) => [kind.architecture, kind.members, kind.summary.parameters])).toEqual([
    ["linear", [0, 1], 51],
    ["linear hidden=5", [2], 103],
  ]);
  expect(plan.images).toBe(3 * 4 * 90);
  expect(plan.realBytes).toBe(4 * (51 + 51 + 103));
});

test("a plan of batches in parts counts the memory of a part, and one more copy of the gradients", async () => {
  const memory = async (own: Config) => (await planRun({ ...base, ...own }, { container })).memoryBytes;
  const outputs = (await memory({ batchSize: 33 })) - (await memory({ batchSize: 32 }));
  expect(await memory({ batchSize: 32, gradientAccumulationSteps: 3 })).toBe((await memory({ batchSize: 11 })) + 4 * 51);
  expect(outputs).toBeGreaterThan(0);
});

test("steps that need more memory than there is are announced, in a plan and before a run trains", async () => {
  const vast: Config = { ...base, members: 1, epochs: 1, batchSize: 1_000_000, architecture: { name: "linear", hidden: 50_000 } };
  expect((await planRun(vast, { container })).warnings).toContainEqual(expect.stringContaining("a training step takes up to about"));
  expect((await planRun(base, { container })).warnings).toEqual([]);
  const { events } = await run(vast, { out: await newOut() });
  expect(events).toContainEqual(
    expect.objectContaining({ type: "warning", message: expect.stringContaining("the system may kill it") as string }),
  );
});

test("the experiment file holds the whole configuration and no clock", async () => {
  const { folder } = await run(base, { out: await newOut() });
  const experiment = JSON.parse(await readFile(join(folder, "experiment.json"), "utf8")) as Record<string, unknown>;
  expect(experiment["config"]).toMatchObject({
    seed: 0,
    optimizer: [{ name: "adam", weightDecay: 1e-5 }],
    schedule: { name: "steps", epochs: [120, 200, 240, 280], factor: 0.1 },
    members: [{ count: 3, epochs: 4, architecture: { name: "linear", hidden: 0 } }],
  });
  expect(experiment["dataset"]).toEqual({ source: "made" });
});

test("what images are preprocessed with is kept with the run", async () => {
  const { folder } = await run({ ...base, members: 1, epochs: 1 }, { out: await newOut() });
  const { tensors, metadata } = readSafetensors(await readFile(join(folder, "preprocessing.safetensors")), "preprocessing");
  expect(tensors.get("mean")?.data).toEqual(Float32Array.of(0.5));
  expect(JSON.parse(metadata["provenance"] ?? "")).toEqual({ source: "made" });
});

test("what a dataset warns of stands in the log of a new run once, and in its plan", async () => {
  const warned = toyContainer();
  const { definition } = warned.resolve(DATASETS).entry("blobs");
  const { create } = definition;
  definition.create = (options) => {
    const dataset = create(options);
    return { ...dataset, load: async (request) => ({ ...(await dataset.load(request)), warnings: ["2 pictures left out."] }) };
  };
  const config = { ...base, members: 1 } satisfies Config;
  expect((await planRun(config, { container: warned })).warnings).toEqual(["2 pictures left out."]);
  const { folder, events } = await run(
    config,
    { container: warned, out: await newOut() },
    (event) => event.type === "epoch" && event.epoch === 2,
  );
  const warnings = (all: readonly RunEvent[]) => all.flatMap((event) => (event.type === "warning" ? [event.message] : []));
  expect(warnings(events)).toEqual(["2 pictures left out."]);
  expect(warnings((await run(undefined, { container: warned, resume: folder })).events)).toEqual([]);
});

test("a run goes on with other cores of a machine, and not with another backend's form", async () => {
  const own = toyContainer();
  own.resolve(BACKENDS).add("cores", {
    description: "",
    options: z.object({ threads: z.int().default(1), form: z.string().default("plain") }),
    create: () => ({
      machineOptions: ["threads"],
      probe: async () => ({ ok: true, description: "" }),
      activate: async () => void (await tf.setBackend("cpu")),
    }),
  });
  const config: Config = { ...toyConfig, backend: { name: "cores", threads: 1 } };
  const { folder } = await run(config, { container: own }, (event) => event.type === "member-end");
  await expect(run({ ...config, backend: { name: "cores", form: "other" } }, { container: own, resume: folder })).rejects.toThrow(
    "was made with backend=",
  );
  const { events } = await run({ ...config, backend: { name: "cores", threads: 4 } }, { container: own, resume: folder });
  expect(events.at(-1)).toMatchObject({ type: "run-end", reason: "finished" });
});
