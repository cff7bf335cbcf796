import { hostname } from "node:os";
import { setTimeout } from "node:timers/promises";
import { type Config, UserError } from "@benn/core";
import { checkValue, faultSentence } from "@benn/core/internals";
import { bennVersion } from "@benn/core/node";
import { DelayedError, type Job, UnrecoverableError, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { anyJob, type JobControl, type JobResult, type RunResult } from "../job-schema.ts";
import { PREFIX, queueName } from "../names.ts";
import { checkServer, connect, type ServerPlace } from "../redis-connection.ts";
import { openStore } from "../store/open-store.ts";
import { listenToControls } from "./listen-to-controls.ts";
import { LanePool, type OpenLane } from "./lane-pool.ts";
import { showPresence } from "./presence.ts";
import { GIVEN_BACK, trainJob } from "./train-job.ts";
import { type OpenRun, trainRunJob } from "./train-run-job.ts";

export interface WorkerOptions extends ServerPlace {
  /** Of `findByteClass`: which members this machine trains. */
  readonly className: string;
  /** A folder or `s3://…`, as runs name it; absent: blobs go through the queue's server. */
  readonly store?: string | undefined;
  /** Name for people. Default: host and process. */
  readonly name?: string;
  /** Members, or runs, trained at a time. Default 1. */
  readonly lanes?: number;
  readonly openLane: OpenLane;
  readonly openRun: OpenRun;
  /** The configuration with what this machine adds: where its data lie, which part of it computes. */
  localize(config: Config): Config;
  /** Called with a sentence about each event. */
  onNews?(news: WorkerNews): void;
  /**
   * Seconds after which the job of a silent worker goes to another one. Longer than a restart of the server including the clients'
   * reconnection. Default 60.
   */
  readonly lockSeconds?: number;
}

/** What a job is of: a member of a run, or the whole run. */
export interface JobSubject {
  readonly run: string;
  readonly member?: number;
}

export type WorkerNews =
  | ({ readonly kind: "taken" | "done" | "stopped" | "given-back" } & JobSubject)
  | ({ readonly kind: "failed"; readonly message: string } & JobSubject)
  | { readonly kind: "trouble"; readonly message: string };

export interface RunningWorker {
  readonly name: string;
  /** Takes no more jobs; members in training are saved, and their jobs return to the queue. */
  close(): Promise<void>;
}

/** Stalls are not failures: machines are often taken away at any time. Members that crash their workers are detected by `MOST_STARTS`. */
const MOST_STALLS = 100;

/**
 * Takes members and whole runs from the queue and trains them, until it is closed.
 * @throws UserError when the server or the store cannot be used
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { url, ca, insecure, className, lanes = 1, lockSeconds = 60, name = `${hostname()}-${process.pid}` } = options;
  const trouble = quiet((message) => options.onNews?.({ kind: "trouble", message }));
  const place = { url, ca, insecure };
  await checkServer(place);
  const connection = connect(place, trouble);
  const store = await openStore(options.store, connection);
  const version = await bennVersion();
  const queue = queueName(version, className);
  const pool = new LanePool(lanes, options.openLane);
  const controls = listenToControls(connect(place, trouble), connection, lockSeconds);
  const leaving = new AbortController();
  /** Jobs that this worker holds, with the times when their locks were last renewed. */
  const held = new Map<string, { readonly lost: AbortController; renewed: number }>();
  const lose = (jobId: string, why: string): void => held.get(jobId)?.lost.abort(new Error(why));

  const train = async (job: Job, token: string): Promise<JobResult | RunResult | typeof GIVEN_BACK> => {
    const { data, fault } = checkValue(anyJob, job.data);
    if (fault) throw new UnrecoverableError(`worker ${name} refused a job that is not as it should be (${faultSentence(fault)}).`);
    const jobId = job.id ?? "";
    const own = { lost: new AbortController(), renewed: performance.now() };
    held.set(jobId, own);
    options.onNews?.({ kind: "taken", ...subjectOf(job) });
    const shared = {
      jobId,
      token,
      attempt: job.attemptsStarted,
      queue,
      worker: name,
      connection,
      store,
      pool,
      listen: (id: string, onControl: (control: JobControl) => void) => controls.listen(id, onControl),
      lost: own.lost.signal,
      leaving: leaving.signal,
    };
    try {
      return data.kind === "run"
        ? await trainRunJob({ ...shared, data, openRun: options.openRun, onTrouble: trouble })
        : await trainJob({ ...shared, data, localize: options.localize });
    } catch (error) {
      // Another attempt, on any machine, would fail in the same way.
      if (!(error instanceof UserError)) throw error;
      return { kind: "failed", isUserError: true, message: error.message, stack: error.stack ?? "", worker: name };
    } finally {
      held.delete(jobId);
    }
  };

  const worker = new Worker(
    queue,
    async (job: Job, token = ""): Promise<JobResult | RunResult> => {
      const subject = subjectOf(job);
      try {
        const result = await train(job, token);
        if (result === GIVEN_BACK) {
          options.onNews?.({ kind: "given-back", ...subject });
          await job.moveToDelayed(Date.now(), token);
          throw new DelayedError();
        }
        options.onNews?.(
          result.kind === "failed" ? { kind: "failed", ...subject, message: result.message } : { kind: result.kind, ...subject },
        );
        return result;
      } catch (error) {
        if (error instanceof Error && !(error instanceof DelayedError))
          options.onNews?.({ kind: "failed", ...subject, message: error.message });
        throw error;
      }
    },
    {
      connection,
      prefix: PREFIX,
      name,
      concurrency: lanes,
      lockDuration: 1000 * lockSeconds,
      stalledInterval: 500 * lockSeconds,
      maxStalledCount: MOST_STALLS,
    },
  );
  worker.on("error", ({ message }) => trouble(message));
  worker.on("lockRenewalFailed", (ids) => {
    for (const id of ids) lose(id, "another worker has the job: this one was not heard of for too long");
  });
  worker.on("locksRenewed", ({ jobIds }) => {
    for (const id of jobIds) {
      const own = held.get(id);
      if (own) own.renewed = performance.now();
    }
  });
  // In a network that drops everything, renewals do not fail: they never return.
  const watching = setInterval(() => {
    for (const [id, { renewed }] of held)
      if (performance.now() - renewed > 2000 * lockSeconds)
        lose(id, "the server has not been heard of for so long that another worker has the job");
  }, 250 * lockSeconds).unref();
  await worker.waitUntilReady();
  const leave = await showPresence(connection, { name, host: hostname(), version, className, lanes });

  let closing: Promise<void> | undefined;
  return {
    name,
    close: () =>
      (closing ??= (async () => {
        leaving.abort();
        await worker.pause(true);
        const isAway = !(await isIdle(held, connection, 250 * lockSeconds));
        if (isAway) {
          // What is not saved by now stays as it stands in the store; the jobs go to others when the server is back.
          for (const id of held.keys()) lose(id, "the server is away, and the worker ends");
          connection.disconnect();
        }
        await unless(isAway, worker.close(isAway));
        clearInterval(watching);
        await pool.close();
        await unless(isAway, leave());
        await controls.close();
        await store.close();
        connection.disconnect();
      })()),
  };
}

/** @returns true as soon as no job is held, false when the server has been away for so long */
async function isIdle(held: ReadonlyMap<string, unknown>, connection: Redis, milliseconds: number): Promise<boolean> {
  for (let since = performance.now(); ; await setTimeout(20)) {
    if (connection.status === "ready") {
      since = performance.now();
      if (held.size === 0) return true;
    } else if (performance.now() - since > milliseconds) return false;
  }
}

/** Waits for what a server is asked, unless that server is away: then it would be for ever. */
async function unless(isAway: boolean, asked: Promise<unknown>): Promise<void> {
  if (isAway) asked.catch(() => {});
  else await asked;
}

/** As far as a job that nobody has checked says. */
function subjectOf({ data }: Job): JobSubject {
  const { name, member } = data as { name?: unknown; member?: unknown };
  return { run: String(name), ...(typeof member === "number" ? { member } : {}) };
}

/** Says the same thing once a minute at most. */
function quiet(say: (message: string) => void): (message: string) => void {
  const said = new Map<string, number>();
  return (message) => {
    const now = performance.now();
    if (now - (said.get(message) ?? -Infinity) < 60_000) return;
    said.set(message, now);
    say(message);
  };
}
