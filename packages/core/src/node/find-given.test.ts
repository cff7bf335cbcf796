import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import * as tf from "../tensorflow.ts";
import { beforeAll, describe, expect, test } from "vitest";
import type { Config } from "../config.ts";
import type { RunEvent } from "../events.ts";
import { toyContainer } from "../train/toy-problem.ts";
import { folderBytes } from "./folder-bytes.ts";
import { planRun } from "./plan-run.ts";
import { newOut, runToy, toyConfig } from "./run-toy.ts";
import type { TrainOptions } from "./train.ts";
import { threadExecutor } from "./threads/thread-executor.ts";

const container = toyContainer();
const base = { ...toyConfig, architecture: { name: "linear", hidden: 4 }, scheme: "boost" } satisfies Config;

beforeAll(() => tf.setBackend("cpu"));

const run = (config: Config | undefined, options: Partial<TrainOptions> = {}, cut = Infinity) =>
  runToy(config, { container, ...options }, cut);

const lastStaged = (events: readonly RunEvent[]): RunEvent | undefined => events.findLast((event) => event.type === "staged");

describe("going on from finished members makes the members that would have come next", () => {
  for (const mode of ["independent", "sequential"] as const) {
    test(mode, async () => {
      const whole = await run({ ...base, mode, members: 3 });
      const finished = await run({ ...base, mode, members: 2 });
      const tensors = tf.memory().numTensors;
      const continued = await run({ ...base, mode, members: 3, given: finished.folder });
      expect(tf.memory().numTensors).toBe(tensors);
      const [wanted, got] = [await folderBytes(whole.folder), await folderBytes(continued.folder)];
      for (const file of Object.keys(wanted)) {
        // The record of a given member has no best epoch, and the log has no events of its epochs.
        if (/experiment\.json|events\.jsonl|00[01]\/member\.json/.test(file)) continue;
        expect(got[file], file).toBe(wanted[file]);
      }
      expect(lastStaged(continued.events)).toEqual({ ...lastStaged(whole.events), clock: expect.anything() });
      expect(continued.events.filter((event) => event.type === "epoch").map(({ member }) => member)).toEqual([2, 2]);
    });
  }
});

test("a run with given members that was cut anywhere and resumed ends with the bytes of an uncut one", async () => {
  const { folder: given } = await run(base);
  const config = { ...base, members: 3, mode: "sequential", given: join(given, "members/001") } satisfies Config;
  const whole = await run(config);
  const wanted = await folderBytes(whole.folder);
  for (let cut = 2; cut < whole.events.length; cut += 5) {
    const { folder } = await run(config, {}, cut);
    await run(cut % 2 === 0 ? undefined : config, { resume: folder });
    expect(await folderBytes(folder), `cut after event ${cut}`).toEqual(wanted);
  }
});

test("a model that no run has made is taken as it is", async () => {
  const { folder } = await run(base);
  const model = await newOut();
  for (const file of ["model.json", "weights.bin"]) await copyFile(join(folder, "members/000", file), join(model, file));
  const { events, folder: made } = await run({ ...base, given: [model] });
  expect(await readFile(join(made, "members/000/weights.bin"))).toEqual(await readFile(join(model, "weights.bin")));
  const [original, taken] = await Promise.all([folder, made].map((at) => readFile(join(at, "members/000/logits.test.f32"))));
  expect(taken).toEqual(original);
  expect(events.find((event) => event.type === "member-end")).toMatchObject({ member: 0, bestEpoch: -1 });
});

test("which rows a given member saw nobody knows, so it has no say out of bag", async () => {
  const config = { ...base, scheme: "bag", mode: "independent" } satisfies Config;
  const { folder } = await run(config);
  const staged = (await run({ ...config, members: 3, given: folder })).events.filter((event) => event.type === "staged");
  expect(staged.map(({ metrics }) => metrics["accuracy"]?.outOfBag === undefined)).toEqual([true, true, false]);
});

test("members behind given ones may train side by side", async () => {
  const config = { ...base, scheme: "bag", mode: "independent" } satisfies Config;
  const { folder: given } = await run({ ...config, members: 1 });
  const executor = threadExecutor(
    (config) =>
      new Worker(new URL("./threads/toy-thread.ts", import.meta.url), {
        workerData: { config },
        execArgv: ["--conditions=source"],
        stderr: true,
      }),
  );
  const bytes = async (parallel: number) => {
    const { folder } = await run({ ...config, members: 3, given, parallel }, { executor });
    return { ...(await folderBytes(folder)), "experiment.json": "" }; // contains how many members trained at a time
  };
  expect(await bytes(2)).toEqual(await bytes(1));
});

describe("bad input is an error before anything is written", () => {
  const refuse = async (config: Config, message: string | RegExp) => {
    const out = join(await newOut(), "runs");
    await expect(run({ ...base, ...config }, { out })).rejects.toThrow(message);
    expect(existsSync(out)).toBe(false);
  };

  test("a folder that is none, or holds no member", async () => {
    await refuse({ given: "/nowhere" }, "given /nowhere: does not exist. Name the folder of a trained member");
    await refuse({ given: tmpdir() }, "holds neither model.json nor experiment.json");
    const { folder } = await run(base, {}, 4);
    await refuse({ given: folder }, /given .*: has no trained member yet\. Resume it with/);
  });

  test("more members than the run has, and a net they do not fit", async () => {
    const { folder } = await run(base);
    await refuse({ given: [folder, folder] }, "given: holds 4 trained members, but the run has 2. Set members=4 or more.");
    await refuse({ given: folder, architecture: "linear" }, /its weights do not fit member 0, linear for 3 classes\. Set architecture/);
    await expect(planRun({ ...base, given: folder, architecture: "linear" }, { container })).rejects.toThrow("do not fit member 0");
  });

  test("weights that were changed, and a record that is none", async () => {
    const { folder } = await run(base);
    const weights = join(folder, "members/001/weights.bin");
    const bytes = await readFile(weights);
    await writeFile(weights, bytes.fill(1, 0, 4));
    await refuse({ given: folder }, /001: weights\.bin has SHA-256 .*The file was changed/);
    await writeFile(join(folder, "members/001/member.json"), "{}");
    await refuse({ given: join(folder, "members/001") }, "is not the record of a trained member");
    await writeFile(join(folder, "members/001/member.json"), "{");
    await refuse({ given: join(folder, "members/001") }, "is not JSON");
  });

  test("a start beside given members", async () => {
    const member = join(await newOut(), "member");
    await mkdir(member);
    await refuse({ given: member, pretrainEpochs: 2 }, "so pretrainEpochs has nothing to start");
    await refuse({ given: member, init: member }, "so init has nothing to start");
  });

  test("the test set to choose the best epoch on", async () => {
    await refuse({ scoreOn: "test" as "draw" }, "configuration scoreOn: the best epoch is never chosen on the test set");
  });
});
