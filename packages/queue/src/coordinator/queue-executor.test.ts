import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Executor } from "@benn/core/node";
import { type ExecutorExam, testExecutor } from "@benn/core/testing";
import { afterAll, beforeAll, test } from "vitest";
import { hasRedis, startRedis, type TestServer } from "../../test/redis-server.ts";
import { startProcess } from "../../test/start-process.ts";
import { startToyWorker } from "../../test/toy-worker.ts";
import type { RunningWorker } from "../worker/start-worker.ts";
import { queueExecutor } from "./queue-executor.ts";

let server: TestServer;
let steady: RunningWorker;
let store: string;

beforeAll(async () => {
  if (!hasRedis) return;
  store = await mkdtemp(join(tmpdir(), "benn-store-"));
  server = await startRedis();
  steady = await startToyWorker({ url: server.url, className: "steady" });
}, 60_000);
afterAll(async () => {
  if (!hasRedis) return;
  await steady.close();
  await server.close();
  await rm(store, { recursive: true, force: true });
}, 60_000);

const executorOf = (className: string, own?: string): Executor =>
  queueExecutor({
    url: server.url,
    store: own,
    classOf: async () => ({ name: className, form: {} }),
    checkpointSeconds: 0,
    lookSeconds: 1,
  });

const SERVER_AGAIN = "the server is killed and starts again";
let classes = 0;
const exam: ExecutorExam = {
  timeout: 240_000,
  faults: [
    "a worker is killed, and another one comes",
    "a worker leaves, and another one comes",
    "a worker is frozen, and thaws when another one has its members",
    SERVER_AGAIN,
  ],
  async open(fault) {
    // Without a fault, members go through the server's memory to a worker that all tests share; with one, through a folder.
    if (fault === undefined) return { executor: executorOf("steady") };
    if (fault === SERVER_AGAIN) {
      const happens = async (): Promise<void> => {
        await server.kill();
        await server.restart();
      };
      return { executor: executorOf("steady"), faults: { [SERVER_AGAIN]: happens } };
    }
    const className = `fault-${++classes}`;
    const first = await startProcess("toy-worker-process.ts", { url: server.url, className, store });
    let second: RunningWorker | undefined;
    const end = async (signal: "SIGKILL" | "SIGTERM"): Promise<void> => {
      first.kill(signal);
      second = await startToyWorker({ url: server.url, className, store });
    };
    return {
      executor: executorOf(className, store),
      faults: {
        "a worker is killed, and another one comes": () => end("SIGKILL"),
        "a worker leaves, and another one comes": () => end("SIGTERM"),
        async "a worker is frozen, and thaws when another one has its members"() {
          first.kill("SIGSTOP");
          second = await startToyWorker({
            url: server.url,
            className,
            store,
            onNews: ({ kind }) => kind === "taken" && first.kill("SIGCONT"),
          });
        },
      },
      async close() {
        first.kill("SIGKILL");
        await second?.close();
      },
    };
  },
};
if (hasRedis) testExecutor("queue", exam);
else test.skip("the executor queue, for which there is no redis-server");
