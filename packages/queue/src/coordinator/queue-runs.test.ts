import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as tf from "@benn/core/tensorflow";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasRedis, startRedis, type TestServer } from "../../test/redis-server.ts";
import { startProcess } from "../../test/start-process.ts";
import { bytesOf, chain, trainAlone, trainOnQueue, wantedRuns } from "../../test/toy-runs.ts";
import { startToyWorker } from "../../test/toy-worker.ts";
import type { RunningWorker } from "../worker/start-worker.ts";
import type { QueueRunsOptions, WantedRun } from "./queue-runs.ts";
import type { RunNews } from "./run-news.ts";

let server: TestServer;
let steady: RunningWorker;
let whole: string;
let alone: Record<string, string>;

beforeAll(async () => {
  if (!hasRedis) return;
  await tf.setBackend("cpu");
  server = await startRedis();
  steady = await startToyWorker({ url: server.url, className: "steady", name: "steady" });
  whole = await trainAlone(chain);
  alone = await bytesOf(whole);
});
afterAll(async () => {
  if (!hasRedis) return;
  await steady.close();
  await server.close();
});

async function configIn(place: string): Promise<object> {
  return (JSON.parse(await readFile(join(place, "experiment.json"), "utf8")) as { config: object }).config;
}

function trained(runs: readonly WantedRun[], className: string, options: Omit<Partial<QueueRunsOptions>, "className"> = {}) {
  return trainOnQueue(runs, { url: server.url, className, ...options });
}

/** Keys of the server that are of runs or of blobs. */
async function leftovers(): Promise<string[]> {
  const connection = new Redis(server.url);
  const keys = await connection.keys("benn:*");
  const all = await connection.get("benn:blob-bytes");
  connection.disconnect();
  return [...keys.filter((key) => /^benn:(blob|job|control):/.test(key)), ...(Number(all) === 0 ? [] : [`${all} bytes of blobs`])];
}

test.runIf(hasRedis)("runs come to the bytes of one machine, and leave nothing on the server", async () => {
  const runs = await wantedRuns(chain, "one", "other");
  const outcomes = await trained(runs, "steady");
  for (const { name, folder: place } of runs) {
    expect(outcomes.get(name)).toEqual({ state: "done", worker: "steady", reason: "finished" });
    expect(await bytesOf(place)).toEqual(alone);
    expect(await configIn(place)).toEqual({ ...(await configIn(whole)), name });
  }
  expect(await leftovers()).toEqual([]);
});

test.runIf(hasRedis).for([
  ["is killed", "SIGKILL"],
  ["leaves", "SIGTERM"],
] as const)("a run whose worker %s goes on from its snapshot on another one, to the same bytes", async ([, signal]) => {
  const className = `ends-by-${signal}`;
  const first = await startProcess("toy-worker-process.ts", { url: server.url, className });
  let second: RunningWorker | undefined;
  const news: RunNews[] = [];
  const runs = await wantedRuns(chain, "moved");
  let ending: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    first.kill(signal);
    second = await startToyWorker({ url: server.url, className, name: "second" });
  };
  try {
    const outcomes = await trained(runs, className, {
      onNews(own) {
        news.push(own);
        if (own.kind === "saved") ending ??= end();
      },
    });
    await ending;
    expect(outcomes.get("moved")).toMatchObject({ state: "done", worker: "second" });
    expect(await bytesOf(runs[0]!.folder)).toEqual(alone);
    const takenAgain = news.findIndex((own) => own.kind === "taken" && own.attempt > 1);
    expect(takenAgain).toBeGreaterThan(0);
    const heard = news.slice(takenAgain).flatMap((own) => (own.kind === "event" ? [own.event.type] : []));
    expect(heard, "it does not begin anew").not.toContain("run-start");
  } finally {
    first.kill("SIGKILL");
    await second?.close();
  }
});

test.runIf(hasRedis)("a sweep that is left goes on without whoever began it, and is found again", async () => {
  const runs = await wantedRuns(chain, "left");
  const leave = new AbortController();
  const first = await trained(runs, "steady", {
    signal: leave.signal,
    onNews: ({ kind }) => kind === "taken" && leave.abort(),
  });
  expect(first.size).toBe(0);
  const news: string[] = [];
  const outcomes = await trained(runs, "steady", { onNews: ({ kind }) => news.push(kind) });
  expect(outcomes.get("left")).toMatchObject({ state: "done" });
  expect(news, "it is not queued again").not.toContain("queued");
  expect(await bytesOf(runs[0]!.folder)).toEqual(alone);
});

test.runIf(hasRedis)("a result that is damaged is not taken: the run is trained again", async () => {
  const className = "damaged";
  const runs = await wantedRuns(chain, "harmed");
  const connection = new Redis(server.url);
  const leave = new AbortController();
  // Without anybody who takes the result.
  await trained(runs, className, { signal: leave.signal, onNews: ({ kind }) => kind === "queued" && leave.abort() });
  const done = Promise.withResolvers<void>();
  const worker = await startToyWorker({ url: server.url, className, onNews: ({ kind }) => kind === "done" && done.resolve() });
  try {
    await done.promise;
    for (const key of await connection.keys("benn:blob:*")) {
      const bytes = (await connection.getBuffer(key)) ?? Buffer.alloc(0);
      bytes[bytes.length - 1]! ^= 1;
      await connection.set(key, bytes);
    }
    const outcomes = await trained(runs, className);
    expect(outcomes.get("harmed")).toMatchObject({ state: "done" });
    expect(await bytesOf(runs[0]!.folder)).toEqual(alone);
  } finally {
    connection.disconnect();
    await worker.close();
  }
});

test.runIf(hasRedis)(
  "a run whose loss is no number fails once, with a sentence and the worker's name, and another call tries it again",
  async () => {
    const runs = await wantedRuns({ ...chain, learningRate: 1e38 }, "wild");
    const news: string[] = [];
    for (let nth = 1; nth <= 2; nth++) {
      const outcomes = await trained(runs, "steady", { onNews: ({ kind }) => news.push(kind) });
      const outcome = outcomes.get("wild");
      expect(outcome?.state === "failed" ? outcome.message : "").toMatch(
        /member \d, epoch \d, batch \d: the loss is NaN.*\(On worker steady\.\)/,
      );
      expect(news.filter((kind) => kind === "taken")).toHaveLength(nth);
    }
  },
);

test.runIf(hasRedis)(
  "a queue that is lost for good costs what was trained since the last snapshot: the run goes on in another one",
  async () => {
    const other = await startRedis();
    const className = "lost";
    let worker = await startToyWorker({ url: other.url, className });
    const runs = await wantedRuns(chain, "saved");
    const leave = new AbortController();
    await trained(runs, className, { url: other.url, signal: leave.signal, onNews: ({ kind }) => kind === "saved" && leave.abort() });
    await other.kill();
    await worker.close();
    worker = await startToyWorker({ url: server.url, className });
    try {
      const types: string[] = [];
      const outcomes = await trained(runs, className, { onNews: (own) => own.kind === "event" && types.push(own.event.type) });
      expect(outcomes.get("saved")).toMatchObject({ state: "done" });
      expect(types).toContain("run-end");
      expect(types, "it does not begin anew").not.toContain("run-start");
      expect(await bytesOf(runs[0]!.folder)).toEqual(alone);
    } finally {
      await worker.close();
      await other.close();
    }
  },
);
