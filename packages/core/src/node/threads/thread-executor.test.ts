import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import * as tf from "../../tensorflow.ts";
import { beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { BACKENDS } from "../../backend.ts";
import type { Config } from "../../config.ts";
import type { RunEvent } from "../../events.ts";
import type { Spec } from "../../registry.ts";
import { RunControl } from "../../run-control.ts";
import { toyContainer } from "../../train/toy-problem.ts";
import { testExecutor } from "../../testing/test-executor.ts";
import { folderBytes } from "../folder-bytes.ts";
import { train, type TrainOptions } from "../train.ts";
import { threadExecutor } from "./thread-executor.ts";

const container = toyContainer();
const base = {
  dataset: "blobs",
  architecture: { name: "linear", hidden: 6 },
  binarizer: "none",
  scheme: "bag",
  voter: "sum",
  backend: "cpu",
  mode: "independent",
  members: 5,
  epochs: 4,
  batchSize: 32,
  scoreEvery: 2,
  checkpointSeconds: 0,
  name: "toy",
} satisfies Config;

beforeAll(() => tf.setBackend("cpu"));

const startMemberThread = (config: Config): Worker =>
  new Worker(new URL("./toy-thread.ts", import.meta.url), { workerData: { config }, execArgv: ["--conditions=source"], stderr: true });

testExecutor("threads", {
  fatal: ["a thread dies"],
  async open() {
    const threads: Worker[] = [];
    const executor = threadExecutor((config) => {
      const thread = startMemberThread(config);
      threads.push(thread);
      return thread;
    });
    const happens = async (): Promise<void> => void (await threads[1]?.terminate());
    return { executor, fatal: { "a thread dies": { happens, says: /ended before its time/ } } };
  },
});

async function run(config: Config | undefined, options: Partial<TrainOptions>, onEvent?: (event: RunEvent, nth: number) => boolean | void) {
  const events: RunEvent[] = [];
  let folder = "";
  const out = options.resume ? undefined : await mkdtemp(join(tmpdir(), "benn-threads-"));
  for await (const event of train(config, {
    container,
    executor: threadExecutor(startMemberThread),
    onFolder: (path) => (folder = path),
    ...(out ? { out } : {}),
    ...options,
  })) {
    events.push(event);
    if (onEvent?.(event, events.length)) break;
  }
  return { events, folder };
}

/** Everything except the number of members at a time, which is in experiment.json. */
async function bytesOf(folder: string): Promise<Record<string, string>> {
  const { "experiment.json": _, ...bytes } = await folderBytes(folder);
  return bytes;
}

/** Members are scored with recomputed batch-norm statistics and averaged weights. */
const precise = {
  architecture: { name: "linear", hidden: 6, batchNorm: true },
  batchNorm: { statistics: "precise" },
  averageWeights: { decay: 0.9 },
} satisfies Config;

test.for<Config>([{}, precise])(
  "members trained side by side come to the bytes of members trained one by one, log included: %o",
  async (own) => {
    const one = await run({ ...base, ...own, parallel: 1 }, {});
    const three = await run({ ...base, ...own, parallel: 3 }, {});
    expect(await bytesOf(three.folder)).toEqual(await bytesOf(one.folder));
    // How often a scoring reports progress depends on the machine.
    const told = ({ events }: typeof one) => events.filter(({ type }) => type !== "progress").length;
    expect(told(three)).toBe(told(one));
    const names = await readdir(join(three.folder, "checkpoint"));
    expect(names).toEqual(["latest.safetensors"]);
  },
);

test("the vote that ends a run is that of the members in their order, however many train beside them", async () => {
  const config = { ...base, epochs: 2, members: 9, validation: 0.2, stopWhen: { patience: 2 } } satisfies Config;
  const one = await run({ ...config, parallel: 1 }, {});
  expect(one.events.at(-1)).toMatchObject({ type: "run-end", reason: "stopped-early" });
  const bytes = await bytesOf(one.folder);
  const four = await run({ ...config, parallel: 4 }, {});
  expect(await bytesOf(four.folder)).toEqual(bytes);
  // A run that stops while members train that the vote makes unnecessary.
  const control = new RunControl();
  const last = one.events.filter(({ type }) => type === "member-end").length - 1;
  const stopped = await run({ ...config, parallel: 4, epochs: 2 }, { control }, (event) => {
    if (event.type === "epoch" && event.member > last) control.stopNow();
  });
  expect(await readdir(join(stopped.folder, "checkpoint"))).not.toEqual(["latest.safetensors"]);
  await run(undefined, { resume: stopped.folder });
  expect(await bytesOf(stopped.folder)).toEqual(bytes);
});

test("what members behind the first say is shown as it happens", async () => {
  const { events } = await run({ ...base, parallel: 5, epochs: 40 }, {});
  const firstEnds = events.findIndex((event) => event.type === "member-end");
  const seen = new Set(events.slice(0, firstEnds).flatMap((event) => (event.type === "epoch" ? [event.member] : [])));
  expect(seen.size).toBeGreaterThan(1);
});

test("stopping saves the members that are on their way, and going on begins where they were", async () => {
  const control = new RunControl();
  const config = { ...base, members: 2, epochs: 300, parallel: 2 } satisfies Config;
  const { folder } = await run(config, { control }, (event) => {
    if (event.type === "epoch" && event.member === 1 && event.epoch > 20) control.stopNow();
  });
  expect(await readdir(join(folder, "checkpoint"))).toContain("ahead-001.safetensors");
  const { events } = await run(undefined, { resume: folder });
  const replayed = events
    .filter((event) => event.type === "epoch" && event.member === 1)
    .map((event) => event.type === "epoch" && event.epoch);
  expect(replayed).toEqual(Array.from({ length: 300 }, (_, epoch) => epoch));
});

test("each member side by side is steered by itself, more are added, and a run killed after that resumes to the same bytes", async () => {
  const config = { ...base, members: 2, epochs: 12, parallel: 3 } satisfies Config;
  const plan = [
    { type: "steer", member: 0, epoch: 2, step: 1, action: "learning-rate", factor: 0.5 },
    { type: "steer", member: 1, epoch: 3, step: 1, action: "end-member" },
  ] as const;
  /**
   * @param eventsAfter number of events the run continues after all requests have taken effect, in whatever order the threads get to them
   */
  const steered = async (eventsAfter = Infinity) => {
    const control = new RunControl();
    control.plan(plan);
    const left = new Set(["steer 0", "steer 1", "members"]);
    let since = 0;
    return await run(config, { control }, (event) => {
      // Before any checkpoint, so that a resumed run finds the request at the same place.
      if (event.type === "run-start") control.addMembers(1);
      if (event.type === "steer") left.delete(`steer ${event.member}`);
      if (event.type === "control" && event.members === 3) left.delete("members");
      return left.size === 0 && since++ === eventsAfter;
    });
  };
  const whole = await steered();
  const asked = whole.events.flatMap((event) => (event.type === "steer" ? [event] : []));
  expect(asked.toSorted((a, b) => a.member - b.member)).toMatchObject(plan);
  const epochs = (member: number) => whole.events.filter((event) => event.type === "epoch" && event.member === member).length;
  expect([0, 1, 2].map(epochs)).toEqual([12, 4, 12]);
  const { "control.jsonl": _, ...bytes } = await bytesOf(whole.folder);

  const killed = await steered(3);
  expect(killed.events.at(-1)?.type).not.toBe("run-end");
  const control = new RunControl();
  control.plan(plan); // repeats requests made after the last checkpoint of their member
  await run(undefined, { resume: killed.folder, control });
  const { "control.jsonl": __, ...resumed } = await bytesOf(killed.folder);
  expect(resumed).toEqual(bytes);
});

test("what is asked of one member reaches the thread that trains it, and no other", async () => {
  const control = new RunControl();
  const long = { ...base, dataset: { name: "blobs", rows: 1500 }, members: 2, epochs: 40, parallel: 2 } satisfies Config;
  const { events } = await run(long, { control }, (event) => {
    if (event.type === "epoch" && event.epoch === 1) control.endMember(event.member); // to each member: neither receives the other's
    return false;
  });
  const asked = events.flatMap((event) => (event.type === "steer" ? [event] : []));
  expect(asked.map(({ member }) => member).toSorted((a, b) => a - b)).toEqual([0, 1]);
  for (const { member, epoch } of asked) {
    const last = events.findLast((event) => event.type === "epoch" && event.member === member);
    expect(last).toMatchObject({ epoch });
  }
});

test("each thread gets the options that the backend has for its lane, in as many lanes as it has unless a number is set", async () => {
  const halves = toyContainer();
  halves.resolve(BACKENDS).add("halves", {
    description: "",
    options: z.object({ part: z.string().default("all") }),
    create: () => ({
      probe: async () => ({ ok: true, description: "" }),
      activate: async () => void (await tf.setBackend("cpu")),
      share: () => ({ lanes: 2, options: (lane, lanes) => ({ part: `${lane} of ${lanes}` }) }),
    }),
  });
  const partsOf = async (parallel: number | "auto") => {
    const parts: unknown[] = [];
    const start = ({ backend, ...rest }: Config): Worker => {
      parts.push((backend as Spec)["part"]);
      return startMemberThread({ ...rest, backend: "cpu" });
    };
    await run({ ...base, backend: "halves", parallel }, { container: halves, executor: threadExecutor(start) });
    return parts;
  };
  expect(await partsOf(3)).toEqual(["0 of 3", "1 of 3", "2 of 3"]);
  expect(await partsOf("auto")).toEqual(["0 of 2", "1 of 2"]);
});
