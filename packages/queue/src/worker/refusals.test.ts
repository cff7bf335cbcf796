import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@benn/core/tensorflow";
import { type Config, UserError } from "@benn/core";
import { toyContainer } from "@benn/core/internals";
import { bennVersion, train } from "@benn/core/node";
import { Queue } from "bullmq";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hasRedis, startRedis, type TestServer } from "../../test/redis-server.ts";
import { startToyWorker } from "../../test/toy-worker.ts";
import { queueExecutor, type QueueOptions } from "../coordinator/queue-executor.ts";
import { PREFIX, queueName } from "../names.ts";
import { checkServer } from "../redis-connection.ts";
import type { RunningWorker } from "./start-worker.ts";

const container = toyContainer();
const workers: RunningWorker[] = [];
let server: TestServer;
let folder: string;

beforeAll(async () => {
  if (!hasRedis) return;
  await tf.setBackend("cpu");
  server = await startRedis();
  folder = await mkdtemp(join(tmpdir(), "benn-refusals-"));
  workers.push(
    await startToyWorker({ url: server.url, className: "plain", name: "steady" }),
    // A worker with other data, as its --data may name.
    await startToyWorker({
      url: server.url,
      className: "other-data",
      name: "elsewhere",
      localize: (config) => ({ ...config, dataset: { name: "blobs", rows: 60 } }),
    }),
  );
});
afterAll(async () => {
  if (!hasRedis) return;
  for (const worker of workers) await worker.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

let runs = 0;
async function runOn(className: string, options: Partial<QueueOptions> = {}, signal?: AbortSignal): Promise<void> {
  const config: Config = {
    name: `run-${++runs}`,
    dataset: { name: "blobs", rows: 48 },
    mode: "independent",
    members: 2,
    epochs: 1,
    batchSize: 16,
  };
  const executor = queueExecutor({ url: server.url, classOf: async () => ({ name: className, form: {} }), lookSeconds: 1, ...options });
  for await (const _ of train(config, { container, executor, out: folder, ...(signal ? { signal } : {}) })) {
    // to its end
  }
}

test.runIf(hasRedis)("a worker with other data refuses the members, and says what differs and who it is", async () => {
  const error: unknown = await runOn("other-data").catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  expect((error as Error).message).toMatch(
    /data here are other than those of the run \(.*rows.* was 48, now is 60\).*\(On worker elsewhere\.\)/,
  );
});

test.runIf(hasRedis)("a worker with another store refuses the members", async () => {
  await expect(runOn("plain", { store: join(folder, "store") })).rejects.toThrow(
    "worker steady has the queue's server, which is not the store of this run",
  );
});

test.runIf(hasRedis)("a run that no worker listens for says so, and which others there are", async () => {
  const abort = new AbortController();
  const said: string[] = [];
  const onNews = (message: string): void => {
    said.push(message);
    abort.abort();
  };
  await runOn("none-like-it", { onNews }, abort.signal);
  expect(said).toEqual([
    "no worker listens for none-like-it, which this run wants; there are 1 for other-data, 1 for plain. Machines of another class train other " +
      "bytes: set backend.simd=plain for all, or take theirs with --class.",
  ]);
});

test.runIf(hasRedis)("a job that is not as it should be is refused before anything of it is used, and not tried again", async () => {
  const queue = new Queue(queueName(await bennVersion(), "plain"), { connection: { url: server.url }, prefix: PREFIX });
  const job = await queue.add("member", { kind: "member", format: 1, run: "../../etc", plugins: ["/tmp/evil.ts"] }, { attempts: 3 });
  let state: string;
  while ((state = await job.getState()) !== "failed") expect(state).not.toBe("completed");
  const failed = await queue.getJob(job.id ?? "");
  expect(failed?.failedReason).toMatch(/worker steady refused a job that is not as it should be \(run/);
  expect(failed?.attemptsMade).toBe(1);
  await queue.close();
});

test.runIf(hasRedis)("a loss that has a teacher on this machine is refused before anything is queued", async () => {
  const executor = queueExecutor({ url: server.url, classOf: async () => ({ name: "plain", form: {} }) });
  const run = { name: "x", folder, members: 1, independent: true } as const;
  const config = { loss: { name: "distillation", teacher: "/runs/other" } };
  const data = { provenance: {}, facts: { shape: [1, 1, 1], labels: [], rows: { train: 1, test: 1 } } } as never;
  const here = { count: 1, independent: true, configOf: () => config };
  await expect(executor.lanes({ ...run, config, data, here })).rejects.toThrow("loss.teacher: names the folder of a run on this machine");
});

test.runIf(hasRedis)("a server that is not there is told in a sentence", async () => {
  await expect(checkServer({ url: "redis://127.0.0.1:1" })).rejects.toThrow(/redis:\/\/127.0.0.1:1: cannot be reached/);
  await expect(checkServer({ url: "redis://:secret@127.0.0.1:1" })).rejects.toThrow(/^redis:\/\/127/);
});
