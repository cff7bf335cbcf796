import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { type Spec, UserError } from "@benn/core";
import { bennVersion, type ByteClass, type Executor, type Lanes, type RunToTrain } from "@benn/core/node";
import { Queue, QueueEvents } from "bullmq";
import type { Redis } from "ioredis";
import { type FeedEntry, hear } from "../feed.ts";
import { feedKey, jobKeys, PREFIX, queueName } from "../names.ts";
import { checkServer, connect } from "../redis-connection.ts";
import type { BlobRef, BlobStore } from "../store/blob-store.ts";
import { openStore } from "../store/open-store.ts";
import { findWorkers } from "../worker/presence.ts";
import { type JobFollower, queueLane } from "./queue-lane.ts";

export interface QueueOptions {
  /** `redis://…` or `rediss://…` */
  readonly url: string;
  /** A folder that every machine can access, or `s3://…`; absent: small blobs go through the queue's server. */
  readonly store?: string | undefined;
  /** The byte class of the machines for the run's backend: those like this one, by `findByteClass`. */
  classOf(backend: Spec): Promise<ByteClass>;
  /** The name of another class than this machine's. */
  readonly className?: string | undefined;
  /**
   * Seconds between checkpoints, which are made at the end of epochs: longer than on one machine, since they are transferred. Default 300,
   * or the run's if those are more.
   */
  readonly checkpointSeconds?: number;
  /** Called with a sentence about workers, for the screen. */
  onNews?(message: string): void;
  /** Seconds between polls of a job, in addition to its messages. Default 15. */
  readonly lookSeconds?: number;
}

/** Maximum number of members in the queue at a time: more than the workers of any site. */
const MOST_LANES = 2000;
/** How long a run waits for a worker before it reports that there is none. */
const PATIENCE_MILLISECONDS = 5000;

/**
 * Trains members on the workers of a queue.
 *
 *     train(config, { container, executor: queueExecutor({ url, classOf }) });
 */
export function queueExecutor(options: QueueOptions): Executor {
  return { lanes: (run) => openLanes(options, run) };
}

async function openLanes(options: QueueOptions, run: RunToTrain): Promise<Lanes> {
  const { url, checkpointSeconds = 300, lookSeconds = 15 } = options;
  refusePlaces(run);
  await checkServer(url);
  const { name: own, form } = await options.classOf(run.config.backend as Spec);
  const className = options.className ?? own;
  const version = await bennVersion();
  const news = (message: string): void => options.onNews?.(message);
  const open: Redis[] = [];
  const connection = (): Redis => {
    const made = connect(url, (message) => news(`${message}. Workers train on; waiting for it.`));
    open.push(made);
    return made;
  };
  const commands = connection();
  const store = await openStore(options.store, commands);
  const name = queueName(version, className);
  const queue = new Queue(name, { connection: commands, prefix: PREFIX });
  const ends = new QueueEvents(name, { connection: connection(), prefix: PREFIX });
  queue.on("error", () => {}); // reported by the connection
  ends.on("error", () => {});
  await Promise.all([queue.waitUntilReady(), ends.waitUntilReady()]);

  const id = digest([hostname(), run.folder]);
  const followers = new Map<string, JobFollower>();
  const settled = ({ jobId }: { jobId: string }): void => followers.get(jobId)?.settled();
  ends.on("completed", settled);
  ends.on("failed", settled);
  const closing = new AbortController();
  const hearing = hear(connection(), id, (jobId, entry: FeedEntry) => followers.get(jobId)?.said(entry), closing.signal).catch(
    (error: unknown) => {
      if (!closing.signal.aborted) news(`the queue's feed ended: ${String(error)}`);
    },
  );
  const config = {
    ...run.config,
    backend: { ...(run.config.backend as Spec), ...(options.className === undefined ? form : {}) },
    checkpointSeconds: Math.max(checkpointSeconds, run.config.checkpointSeconds ?? 0),
  };
  const shared = { kind: "member", format: 1, run: id, name: run.name, config, data: asJson(run.data), store: store.id } as const;
  const done = new Map<string, readonly BlobRef[]>();
  const looking = setTimeout(
    () => void tellOfWorkers(commands, { version, className, news }).catch(() => {}),
    PATIENCE_MILLISECONDS,
  ).unref();

  return {
    count: run.independent ? Math.min(run.members, MOST_LANES) : 1,
    open: (listener) =>
      queueLane({
        queue,
        connection: commands,
        store,
        listener,
        jobOf: (member) => ({ ...shared, member }),
        idOf: ({ from: _from, said: _said, ...data }) => digest(data),
        follow(jobId, follower) {
          followers.set(jobId, follower);
          return () => void followers.delete(jobId);
        },
        lookSeconds,
        onTaken({ member, worker, attempt }) {
          news(`member ${member + 1}: ${attempt > 1 ? "taken over by" : "trains on"} ${worker}`);
        },
        onDone: (jobId, blobs) => void done.set(jobId, blobs),
      }),
    async close(ended) {
      clearTimeout(looking);
      closing.abort();
      if (ended) await clear({ queue, commands, store, done, feed: feedKey(id) }).catch(() => {}); // the run is complete; what is left expires
      for (const one of open) one.disconnect();
      await Promise.all([queue.close(), ends.close(), hearing, store.close()].map((closed) => closed.catch(() => {})));
    },
  };
}

interface Leftovers {
  readonly queue: Queue;
  readonly commands: Redis;
  readonly store: BlobStore;
  readonly done: ReadonlyMap<string, readonly BlobRef[]>;
  readonly feed: string;
}

/** Removes what the members of a run left in the queue and in the store, now that the run's folder contains it all. */
async function clear({ queue, commands, store, done, feed }: Leftovers): Promise<void> {
  for (const [jobId, blobs] of done) {
    await queue.remove(jobId);
    for (const blob of blobs) await store.remove(blob);
    const { state, control } = jobKeys(jobId);
    await commands.del(state, control);
  }
  await commands.del(feed);
}

async function tellOfWorkers(
  connection: Redis,
  { version, className, news }: { readonly version: string; readonly className: string; news(message: string): void },
): Promise<void> {
  const workers = await findWorkers(connection);
  if (workers.some((worker) => worker.className === className && worker.version === version)) return;
  const others = Map.groupBy(workers, (worker) =>
    worker.version === version ? worker.className : `${worker.className} of version ${worker.version}`,
  );
  const list = [...others]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, { length }]) => `${length} for ${kind}`)
    .join(", ");
  news(
    list === ""
      ? `no worker listens yet. Start one on any machine: benn worker --on URL`
      : `no worker listens for ${className}, which this run wants; there are ${list}. Machines of another class train other bytes: set backend.simd=plain for all, or take theirs with --class.`,
  );
}

/** @throws UserError for settings that name a folder of this machine, which workers do not have */
function refusePlaces({ config }: RunToTrain): void {
  const specs = [config.loss, ...(Array.isArray(config.members) ? config.members.map(({ loss }) => loss) : [])];
  if (specs.some((loss) => typeof loss === "object" && "teacher" in loss && loss["teacher"] !== undefined)) {
    throw new UserError("loss.teacher: names the folder of a run on this machine, which workers do not have. Train it here, without --on.");
  }
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 32);
}

function asJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
