// Scoring, which takes hours on large data, shows progress, can be paused and stopped like training, and restarts where it was stopped.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import * as tf from "../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import { ARCHITECTURES } from "../architecture.ts";
import type { Config } from "../config.ts";
import { DATASETS, type LoadedDataset, type Split } from "../dataset.ts";
import type { RunEvent } from "../events.ts";
import { RunControl } from "../run-control.ts";
import type { StepAware } from "../layer-context.ts";
import { predictLogits } from "../train/predict-logits.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { evaluateRun } from "./evaluate-run.ts";
import { folderBytes } from "./folder-bytes.ts";
import { runToy, toyConfig } from "./run-toy.ts";
import type { TrainOptions } from "./train.ts";
import { threadExecutor } from "./threads/thread-executor.ts";

const base = { ...toyConfig, scoreEvery: 1 } satisfies Config;

beforeAll(() => tf.setBackend("cpu"));

const container = toyContainer();
/** Called with the number of each requested batch of images, in training and in scoring. */
let onBatch: (nth: number) => void = () => {};
let batches = 0;
const counting = (split: Split): Split => ({
  ...split,
  images: (rows, augment) => {
    onBatch(batches++);
    return split.images(rows, augment);
  },
});
container.resolve(DATASETS).add("counted", {
  description: "",
  create: () => ({
    async load(options): Promise<LoadedDataset> {
      const data = await container.resolve(DATASETS).create("blobs").load(options);
      const { train, validation, test } = data;
      return { ...data, train: counting(train), test: counting(test), ...(validation ? { validation: counting(validation) } : {}) };
    },
  }),
});

/** Shrinks its kernel before each step and each evaluation, like a projection that is not idempotent. */
class Shrinks extends tf.layers.Layer implements StepAware {
  static readonly className = "Shrinks";
  #kernel: tf.LayerVariable | undefined;
  override build(): void {
    this.#kernel = this.addWeight("kernel", [16, 3], "float32", tf.initializers.randomNormal({ seed: 1 }));
    this.built = true;
  }
  override computeOutputShape(): tf.Shape {
    return [null, 3];
  }
  prepare(): void {
    tf.tidy(() => void this.#kernel!.write(tf.mul(this.#kernel!.read(), 0.99)));
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.matMul(Array.isArray(inputs) ? inputs[0]! : inputs, this.#kernel!.read());
  }
}
container.resolve(ARCHITECTURES).add("shrinking", {
  description: "",
  create: () => ({
    build: () => tf.sequential({ layers: [tf.layers.flatten({ inputShape: [4, 4, 1] }), new Shrinks({ name: "shrinks" })] }),
  }),
});

async function run(
  config: Config | undefined,
  options: Partial<TrainOptions>,
  onEvent: (event: RunEvent) => void = () => {},
  cut: number = Infinity,
) {
  batches = 0;
  return runToy(config, { container, ...options }, (event, count) => {
    onEvent(event);
    return count === cut;
  });
}

/** Runs, calls `disturb` in the nth batch, and resumes if necessary. */
async function disturbed(config: Config, nth: number, disturb: (control: RunControl) => void): Promise<Record<string, string>> {
  const control = new RunControl();
  onBatch = (batch) => (batch === nth ? disturb(control) : undefined);
  const { folder } = await run(config, { control });
  onBatch = () => {};
  await run(undefined, { resume: folder });
  const { "control.jsonl": _pauses, ...others } = await folderBytes(folder); // the time of pauses, and clock readings
  return others;
}

test.for<Config>([
  { ...base, dataset: "counted", architecture: "shrinking", scheme: "boost", pretrainEpochs: 1 },
  { ...base, dataset: "counted", validation: 0.2, scoreOn: "validation", scoreEvery: 2 },
  {
    ...base,
    dataset: "counted",
    architecture: { name: "linear", hidden: 4, batchNorm: true },
    mode: "independent",
    epochs: 2,
    batchSize: 40,
    batchNorm: { statistics: "precise", rows: 70 },
    averageWeights: { decay: 0.9 },
  },
])(
  "a run that is cut anywhere, or stopped in any batch, of training or of scoring, resumes to the bytes of one that is not: %o",
  async (config) => {
    const { folder, events } = await run(config, {});
    const whole = await folderBytes(folder);
    const all = batches;
    expect(all).toBeGreaterThan(20);
    for (let cut = 2; cut < events.length; cut += 2) {
      const killed = await run(config, {}, () => {}, cut);
      await run(undefined, { resume: killed.folder });
      expect(await folderBytes(killed.folder), `cut after event ${cut}`).toEqual(whole);
    }
    for (let nth = 0; nth < all; nth++)
      expect(await disturbed(config, nth, (control) => control.stopNow()), `stopped in batch ${nth}`).toEqual(whole);
    for (let nth = 1; nth < all; nth += 3)
      expect(await disturbed(config, nth, (control) => control.stopAfterEpoch()), `stopped after the epoch of batch ${nth}`).toEqual(whole);
    for (let nth = 2; nth < all; nth += 5) {
      const pause = (control: RunControl): void => {
        control.pause();
        setTimeout(() => control.resume(), 5);
      };
      expect(await disturbed(config, nth, pause), `paused in batch ${nth}`).toEqual(whole);
    }
  },
);

test("a run that is stopped while it scores neither scores to the end first nor trains that epoch again", async () => {
  // So rarely that no other checkpoint is written in between.
  const config = { ...base, dataset: "counted", epochs: 1, batchSize: 5, checkpointSeconds: 10_000 } satisfies Config;
  await run(config, {});
  const all = batches;
  for (const nth of [all - 35, all - 20, all - 5]) {
    const control = new RunControl();
    onBatch = (batch) => (batch === nth ? control.stopNow() : undefined);
    const { events, folder } = await run(config, { control });
    onBatch = () => {};
    expect(batches).toBeLessThan(nth + 5);
    expect(events.findLast((event) => event.type === "epoch")).toMatchObject({ member: 1 });
    expect(events.at(-1)).toMatchObject({ type: "run-end", reason: "interrupted" });
    const rest = await run(undefined, { resume: folder });
    expect(rest.events.filter(({ type }) => type === "step" || type === "epoch")).toEqual([]);
    expect(rest.events.at(-1)).toMatchObject({ type: "run-end", reason: "finished" });
  }
});

test("scoring that takes a while reports progress, of an epoch and of a member, and does not log it", async () => {
  const config = { ...base, dataset: { name: "blobs", delay: 60 }, members: 1, epochs: 1, batchSize: 8 } satisfies Config;
  const { events, folder } = await run(config, {});
  const progress = events.filter((event) => event.type === "progress").filter(({ what }) => what.startsWith("scoring"));
  expect(new Set(progress.map(({ what }) => what))).toEqual(new Set(["scoring member 1, epoch 1", "scoring member 1"]));
  for (const what of ["scoring member 1, epoch 1", "scoring member 1"]) {
    const own = progress.filter((event) => event.what === what);
    expect(own.length).toBeGreaterThan(1);
    expect(own.map(({ done }) => done)).toEqual(own.map(({ done }) => done).toSorted((a, b) => a - b));
    expect(own.at(-1)?.done).toBe(own.at(-1)?.total);
  }
  expect(progress.at(-1)?.total).toBe(90 + 60);
  expect(await readFile(join(folder, "events.jsonl"), "utf8")).not.toContain("scoring");
});

test("members side by side that are stopped while they score resume to the bytes of a run that is not", async () => {
  const config = {
    ...base,
    dataset: { name: "blobs", delay: 70 },
    mode: "independent",
    members: 2,
    epochs: 1,
    batchSize: 8,
    parallel: 2,
  } satisfies Config;
  const executor = threadExecutor(
    (own) =>
      new Worker(new URL("./threads/toy-thread.ts", import.meta.url), {
        workerData: { config: own },
        execArgv: ["--conditions=source"],
        stderr: true,
      }),
  );
  const whole = await folderBytes((await run(config, { executor })).folder);
  const stages = new Set<string>();
  for (const what of [/^scoring member 2, epoch 1$/, /^scoring member 1$/]) {
    const control = new RunControl();
    const { folder, events } = await run(config, { executor, control }, (event) => {
      if (event.type !== "progress" || !what.test(event.what)) return;
      stages.add(event.what);
      control.stopNow();
    });
    expect(events.at(-1)).toMatchObject({ type: "run-end", reason: "interrupted" });
    for (const name of await readdir(join(folder, "checkpoint")))
      expect(await readFile(join(folder, "checkpoint", name), "latin1"), "events that wait for the log").not.toContain("scoring");
    await run(undefined, { resume: folder });
    expect(await folderBytes(folder)).toEqual(whole);
  }
  expect([...stages]).toEqual(["scoring member 2, epoch 1", "scoring member 1"]);
});

test("a run of given members that is stopped while it scores them resumes to the bytes of one that is not", async () => {
  const given = await run({ ...base, dataset: "counted" }, {});
  const config = { ...base, dataset: "counted", members: 3, given: [given.folder] } satisfies Config;
  const whole = await folderBytes((await run(config, {})).folder);
  for (const nth of [2, 4, 7, 9, 12])
    expect(await disturbed(config, nth, (control) => control.stopNow()), `stopped in batch ${nth}`).toEqual(whole);
});

test("evaluating a run reports its rows, and ends between two batches when its signal is aborted", async () => {
  const { folder } = await run({ ...base, dataset: "counted", batchSize: 8 }, {});
  const rows: number[] = [];
  await evaluateRun(folder, { container, onProgress: ({ done }) => void rows.push(done) });
  expect(rows.slice(0, 9)).toEqual([8, 16, 24, 32, 40, 48, 56, 60, 68]);
  const { numTensors } = tf.memory();
  const abort = new AbortController();
  batches = 0;
  const evaluated = evaluateRun(folder, {
    container,
    signal: abort.signal,
    onProgress: ({ done }) => (done === 60 + 16 ? abort.abort(new Error("enough")) : undefined),
  });
  await expect(evaluated).rejects.toThrow("enough");
  expect(batches).toBeLessThan(16);
  await new Promise((resolve) => setTimeout(resolve, 0)); // for pending batches
  expect(tf.memory().numTensors).toBe(numTensors);
});

test("timers and messages get their turn while rows are scored, though nothing waits for anything", async () => {
  const model = tf.sequential({ layers: [tf.layers.flatten({ inputShape: [2, 2, 1] }), tf.layers.dense({ units: 3 })] });
  const busy: Split = {
    labels: new Int32Array(40),
    images: (rows) => {
      for (const until = performance.now() + 5; performance.now() < until;);
      return new Float32Array(4 * rows.length);
    },
  };
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const options = { who: "busy", batchSize: 1, shape: [2, 2, 1], classes: 3 } as const;
  for await (const _ of predictLogits(
    model,
    busy,
    Int32Array.from({ length: 40 }, (_, i) => i),
    options,
  ));
  clearInterval(timer);
  model.dispose();
  expect(turns).toBeGreaterThan(0);
});
