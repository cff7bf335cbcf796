import { hostname } from "node:os";
import { type Config, UserError } from "@benn/core";
import { checkValue, faultSentence } from "@benn/core/internals";
import { bennVersion } from "@benn/core/node";
import { DelayedError, type Job, UnrecoverableError, Worker } from "bullmq";
import { type JobControl, type JobResult, memberJob } from "../job-schema.ts";
import { PREFIX, queueName } from "../names.ts";
import { checkServer, connect } from "../redis-connection.ts";
import { openStore } from "../store/open-store.ts";
import { listenToControls } from "./listen-to-controls.ts";
import { LanePool, type OpenLane } from "./lane-pool.ts";
import { showPresence } from "./presence.ts";
import { GIVEN_BACK, trainJob } from "./train-job.ts";

export interface WorkerOptions {
  /** `redis://…` or `rediss://…` */
  readonly url: string;
  /** From `findByteClass`: which members this machine trains. */
  readonly className: string;
  /** A folder or `s3://…`, as runs name it; absent: blobs go through the queue's server. */
  readonly store?: string | undefined;
  /** Name for people. Default: host and process. */
  readonly name?: string;
  /** Members trained at a time. Default 1. */
  readonly lanes?: number;
  readonly openLane: OpenLane;
  /** Adds this machine's parts to a configuration: where its data are, which part of it computes. */
  localize(config: Config): Config;
  /** Called with a sentence about each event. */
  onNews?(news: WorkerNews): void;
  /**
   * Seconds after which the job of a silent worker goes to another one. Longer than a restart of the server including the clients'
   * reconnection. Default 60.
   */
  readonly lockSeconds?: number;
}

export type WorkerNews =
  | { readonly kind: "taken" | "done" | "stopped" | "given-back"; readonly run: string; readonly member: number }
  | { readonly kind: "failed"; readonly run: string; readonly member: number; readonly message: string }
  | { readonly kind: "trouble"; readonly message: string };

export interface RunningWorker {
  readonly name: string;
  /** Takes no more jobs; members in training are saved, and their jobs return to the queue. */
  close(): Promise<void>;
}

/** Stalls are not failures: machines are often taken away at any time. Members that crash their workers are detected by `MOST_STARTS`. */
const MOST_STALLS = 100;

/**
 * Takes members from the queue and trains them, until it is closed.
 * @throws UserError if the server or the store cannot be used
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { url, className, lanes = 1, lockSeconds = 60, name = `${hostname()}-${process.pid}` } = options;
  const trouble = quiet((message) => options.onNews?.({ kind: "trouble", message }));
  await checkServer(url);
  const connection = connect(url, trouble);
  const store = await openStore(options.store, connection);
  const version = await bennVersion();
  const queue = queueName(version, className);
  const pool = new LanePool(lanes, options.openLane);
  const controls = listenToControls(connect(url, trouble), connection, lockSeconds);
  const leaving = new AbortController();
  /** Jobs that this worker holds, with the times when their locks were last renewed. */
  const held = new Map<string, { readonly lost: AbortController; renewed: number }>();
  const lose = (jobId: string, why: string): void => held.get(jobId)?.lost.abort(new Error(why));

  const train = async (job: Job, token: string): Promise<JobResult | typeof GIVEN_BACK> => {
    const { data, fault } = checkValue(memberJob, job.data);
    if (fault) throw new UnrecoverableError(`worker ${name} refused a job that is not as it should be (${faultSentence(fault)}).`);
    const jobId = job.id ?? "";
    const own = { lost: new AbortController(), renewed: performance.now() };
    held.set(jobId, own);
    options.onNews?.({ kind: "taken", run: data.name, member: data.member });
    try {
      return await trainJob({
        jobId,
        token,
        attempt: job.attemptsStarted,
        data,
        queue,
        worker: name,
        connection,
        store,
        pool,
        localize: options.localize,
        listen: (id, onControl: (control: JobControl) => void) => controls.listen(id, onControl),
        lost: own.lost.signal,
        leaving: leaving.signal,
      });
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
    async (job: Job, token = ""): Promise<JobResult> => {
      const { name: run, member } = job.data as { name: string; member: number };
      try {
        const result = await train(job, token);
        if (result === GIVEN_BACK) {
          options.onNews?.({ kind: "given-back", run, member });
          await job.moveToDelayed(Date.now(), token);
          throw new DelayedError();
        }
        options.onNews?.(
          result.kind === "failed" ? { kind: "failed", run, member, message: result.message } : { kind: result.kind, run, member },
        );
        return result;
      } catch (error) {
        if (error instanceof Error && !(error instanceof DelayedError))
          options.onNews?.({ kind: "failed", run, member, message: error.message });
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
        await worker.close();
        clearInterval(watching);
        await pool.close();
        await leave();
        await controls.close();
        await store.close();
        connection.disconnect();
      })()),
  };
}

/** Reports the same message at most once a minute. */
function quiet(say: (message: string) => void): (message: string) => void {
  const said = new Map<string, number>();
  return (message) => {
    const now = performance.now();
    if (now - (said.get(message) ?? -Infinity) < 60_000) return;
    said.set(message, now);
    say(message);
  };
}
