// What may happen to runs on many machines, on a real server. What happens to members is in coordinator/queue-executor.test.ts too.
import type { ChildProcess } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@benn/core/tensorflow";
import type { Config, MembersElsewhere } from "@benn/core";
import { bennVersion, RunControl, train } from "@benn/core/node";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { makeNetwork, type TestNetwork } from "../test/cut-network.ts";
import { hasRedis, startRedis, type TestServer } from "../test/redis-server.ts";
import { startProcess } from "../test/start-process.ts";
import { bytesOf, chain, container, trainAlone, trainOnQueue, wantedRuns } from "../test/toy-runs.ts";
import { startToyWorker } from "../test/toy-worker.ts";
import { queueExecutor } from "./coordinator/queue-executor.ts";
import type { RunNews } from "./coordinator/run-news.ts";
import { lockKey, PREFIX, queueName } from "./names.ts";

const side: Config = { ...chain, scheme: "bag", mode: "independent", name: "side" };
const network: TestNetwork | undefined = hasRedis ? makeNetwork() : undefined;

describe.runIf(hasRedis)("what may happen on the way", () => {
  let server: TestServer;
  let url: string;
  let alone: Record<string, string>;
  let aloneSide: Record<string, string>;
  const closing: (() => unknown)[] = [];

  beforeAll(async () => {
    await tf.setBackend("cpu");
    server = await startRedis(() => (network ? ["--bind", "127.0.0.1", network.address, "--protected-mode", "no"] : []));
    ({ url } = server);
    alone = await bytesOf(await trainAlone(chain));
    aloneSide = await bytesOf(await trainAlone(side));
  });
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });
  afterAll(async () => {
    await server.close();
    network?.remove();
  });

  const worker = async (options: Partial<Parameters<typeof startToyWorker>[0]> & { readonly className: string }) => {
    const started = await startToyWorker({ url, ...options });
    closing.push(() => started.close());
    return started;
  };
  const workerProcess = async (
    ...args: Parameters<typeof startProcess> extends [string, ...infer Rest] ? Rest : never
  ): Promise<ChildProcess> => {
    const child = await startProcess("toy-worker-process.ts", ...args);
    closing.push(() => child.kill("SIGKILL"));
    return child;
  };

  test("a job that two workers have at once is done once: the other's result is refused", async () => {
    const className = "handed-twice";
    const connection = new Redis(url);
    closing.push(() => connection.disconnect());
    const ends: string[] = [];
    const onNews = ({ kind }: { kind: string }): void => void (kind === "taken" || ends.push(kind));
    await worker({ className, lanes: 1, lockSeconds: 60, onNews });
    await worker({ className, lanes: 1, lockSeconds: 60, onNews });
    const key = `${PREFIX}:${queueName(await bennVersion(), className)}`;
    let handed: Promise<unknown> | undefined;
    const hand = async (): Promise<void> => {
      const [id = ""] = await connection.lrange(`${key}:active`, 0, 0);
      await connection.del(lockKey(queueName(await bennVersion(), className), id));
      await connection.multi().lrem(`${key}:active`, 0, id).lpush(`${key}:wait`, id).zadd(`${key}:marker`, 0, "0").exec();
    };
    const takenBy: string[] = [];
    const runs = await wantedRuns(chain, "twice");
    const outcomes = await trainOnQueue(runs, {
      url,
      className,
      onNews(news) {
        if (news.kind === "taken") takenBy.push(news.worker);
        if (news.kind === "event" && news.event.type === "epoch") handed ??= hand();
      },
    });
    await handed;
    expect(outcomes.get("twice")).toMatchObject({ state: "done" });
    expect(takenBy).toHaveLength(2);
    expect(await bytesOf(runs[0]!.folder)).toEqual(alone);
  });

  test("a run that ends three workers at the same place is given up with a sentence, and the one beside it is done", async () => {
    const className = "poison";
    // All four are there from the start: as soon as one is gone, the next has its job.
    const dying = [1, 2, 3].map(() => workerProcess({ url, className, lockSeconds: 1, lanes: 1, dies: true }));
    const runs = await wantedRuns(chain, "poison");
    await Promise.all(dying);
    const news: RunNews[] = [];
    let last: Promise<unknown> | undefined;
    const outcomes = await trainOnQueue(runs, {
      url,
      className,
      snapshotSeconds: 3600,
      onNews(own) {
        news.push(own);
        if (own.kind === "taken" && own.attempt >= 3) last ??= worker({ className, name: "fourth", lockSeconds: 1 });
      },
    });
    await last;
    const outcome = outcomes.get("poison");
    expect(outcome?.state === "failed" ? outcome.message : outcome).toMatch(
      /the run has ended 3 workers at the same place, its beginning.*\(On worker fourth\.\)/,
    );
    expect(news.filter(({ kind }) => kind === "taken")).toHaveLength(3);
    const beside = await wantedRuns(chain, "beside");
    expect((await trainOnQueue(beside, { url, className })).get("beside")).toMatchObject({ state: "done", worker: "fourth" });
  });

  test.for([1, -1])("a worker whose clock is %d hours off keeps its job, and others keep theirs", async (hours) => {
    const className = `clock-${hours}`;
    const shifted = `data:text/javascript,${encodeURIComponent(`const now = Date.now; Date.now = () => now() + ${hours} * 3600_000;`)}`;
    await workerProcess({ url, className, lockSeconds: 20, lanes: 1, name: "off" }, { node: ["--import", shifted] });
    const runs = await wantedRuns(chain, "by-the-clock");
    const taken: number[] = [];
    let second: Promise<unknown> | undefined;
    const outcomes = await trainOnQueue(runs, {
      url,
      className,
      onNews(news) {
        if (news.kind !== "taken") return;
        taken.push(news.attempt);
        second ??= worker({ className, lockSeconds: 1 }); // looks for stalled jobs as soon as it is there, and every half a second
      },
    });
    await second;
    expect(outcomes.get("by-the-clock")).toMatchObject({ state: "done", worker: "off" });
    expect(taken).toEqual([1]);
    expect(await bytesOf(runs[0]!.folder)).toEqual(alone);
  });

  test.runIf(network)(
    "a worker whose network is cut loses its run to another one, and nothing of it counts when the network is mended",
    async () => {
      if (!network) return;
      const className = "cut";
      const far = `redis://${network.address}:${server.port}`;
      await workerProcess({ url: far, insecure: true, className, lockSeconds: 1, lanes: 1, name: "cut-off" }, { before: network.before });
      const runs = await wantedRuns(chain, "cut");
      let second: Promise<unknown> | undefined;
      const outcomes = await trainOnQueue(runs, {
        url,
        className,
        onNews(news) {
          if (news.kind === "saved") {
            network.cut();
            second ??= worker({ className, lockSeconds: 1, lanes: 1, name: "near" });
          }
          if (news.kind === "taken" && news.worker === "near") network.mend();
        },
      });
      await second;
      network.mend();
      expect(outcomes.get("cut")).toMatchObject({ state: "done", worker: "near" });
      expect(await bytesOf(runs[0]!.folder)).toEqual(alone);
    },
  );

  test("a worker that lacks what a run names says so, with its name, and the run is not tried again", async () => {
    await worker({ className: "bare", name: "bare-one" });
    const [run] = await wantedRuns(chain, "mine");
    const config = { ...run!.config, scheme: { name: "my-own-boost" } };
    const taken: number[] = [];
    const outcomes = await trainOnQueue([{ ...run!, config }], {
      url,
      className: "bare",
      onNews: (news) => news.kind === "taken" && taken.push(news.attempt),
    });
    const outcome = outcomes.get("mine");
    expect(outcome?.state === "failed" ? outcome.message : outcome).toMatch(/my-own-boost.*\(On worker bare-one\.\)/);
    expect(taken).toEqual([1]);
  });

  test("a run has one coordinator; when that is killed another goes on with it, and no member is trained twice", async () => {
    const className = "coordinated";
    const begun: number[] = [];
    await worker({ className, name: "only", onNews: (news) => news.kind === "taken" && begun.push(news.member ?? -1) });
    const out = await mkdtemp(join(tmpdir(), "benn-coordinated-"));
    const saw = Promise.withResolvers<void>();
    const first = await startProcess(
      "toy-coordinator-process.ts",
      { url, className, config: side, out },
      { onLine: (line) => line.includes('"type":"epoch"') && saw.resolve() },
    );
    closing.push(() => first.kill("SIGKILL"));
    await saw.promise;
    const executor = queueExecutor({ url, classOf: async () => ({ name: className, form: {} }), checkpointSeconds: 0, lookSeconds: 1 });
    const resume = async (): Promise<void> => {
      for await (const _ of train(undefined, { container, executor, resume: join(out, "side") })) {
        // to its end
      }
    };
    await expect(resume()).rejects.toThrow(/is in use by process \d+/);
    const gone = new Promise((resolve) => first.once("exit", resolve));
    first.kill("SIGKILL");
    await gone;
    await resume();
    expect(await bytesOf(join(out, "side"))).toEqual(aloneSide);
    expect(begun.toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  });

  test("a run says who trains its members, and how long ago each was heard of", async () => {
    const className = "seen";
    await worker({ className, name: "only" });
    const seen = Promise.withResolvers<MembersElsewhere>();
    const executor = queueExecutor({
      url,
      classOf: async () => ({ name: className, form: {} }),
      lookSeconds: 1,
      onWorkers: (one) => one.members.length > 0 && seen.resolve(one),
    });
    const control = new RunControl();
    const out = await mkdtemp(join(tmpdir(), "benn-seen-"));
    for await (const { type } of train({ ...side, epochs: 500 }, { container, executor, out, control }))
      if (type === "epoch") void seen.promise.then(() => control.stopNow());
    expect(await seen.promise).toMatchObject({ type: "workers", workers: 1, retaken: 0 });
    expect((await seen.promise).members[0]).toEqual({ member: expect.any(Number), worker: "only", silentSeconds: expect.any(Number) });
  });

  test("a run whose server is gone for good stops with what it has, and goes on without it", async () => {
    const className = "gone";
    const other = await startRedis();
    closing.push(() => other.close());
    await worker({ url: other.url, className });
    const out = await mkdtemp(join(tmpdir(), "benn-gone-"));
    const said: string[] = [];
    const executor = queueExecutor({
      url: other.url,
      classOf: async () => ({ name: className, form: {} }),
      checkpointSeconds: 0,
      lookSeconds: 1,
      awaySeconds: 1,
      onNews: (message) => said.push(message),
    });
    const control = new RunControl();
    let end: string | undefined;
    let killed: Promise<void> | undefined;
    for await (const event of train(side, { container, executor, out, control })) {
      if (event.type === "epoch") {
        killed ??= other.kill();
        control.stopNow();
      }
      if (event.type === "run-end") end = event.reason;
    }
    await killed;
    expect(end).toBe("interrupted");
    for await (const _ of train(undefined, { container, resume: join(out, "side") })) {
      // here, without the queue
    }
    expect(await bytesOf(join(out, "side"))).toEqual(aloneSide);
  });
});
