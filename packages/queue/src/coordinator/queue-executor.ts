import { hostname } from "node:os";
import type { MembersElsewhere, Spec } from "@benn/core";
import { bennVersion, type ByteClass, type Executor, type Lanes, type RunToTrain } from "@benn/core/node";
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { feedKey, jobKeys, queueName } from "../names.ts";
import type { BlobRef, BlobStore } from "../store/blob-store.ts";
import { asJson, digest, refusePlaces } from "./job-values.ts";
import type { ServerPlace } from "../redis-connection.ts";
import { openQueue } from "./open-queue.ts";
import { queueLane } from "./queue-lane.ts";
import { tellOfWorkers } from "./tell-of-workers.ts";
import { WorkerWatch } from "./worker-watch.ts";

export interface QueueOptions extends ServerPlace {
  /** A folder that every machine sees, or `s3://…`; absent: small blobs go through the queue's server. */
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
  /** Who trains, for the screen: every other second, and when it changes. */
  onWorkers?(seen: MembersElsewhere): void;
  /** Seconds between two looks at a job, besides what is said of it. Default 15. */
  readonly lookSeconds?: number;
  /** Seconds that a run which is to stop waits for a server that is away. Default 10. */
  readonly awaySeconds?: number;
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
  const { url, ca, insecure, checkpointSeconds = 300, lookSeconds = 15, awaySeconds = 10 } = options;
  refusePlaces(run.config);
  const { name: own, form } = await options.classOf(run.config.backend as Spec);
  const className = options.className ?? own;
  const version = await bennVersion();
  const news = (message: string): void => options.onNews?.(message);
  const id = digest([hostname(), run.folder]);
  const opened = await openQueue({ url, ca, insecure, store: options.store, name: queueName(version, className), feed: id, onNews: news });
  const { queue, commands, store, follow } = opened;
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

  const { onWorkers } = options;
  const watch = onWorkers && new WorkerWatch({ queue, connection: commands, version, className, onWorkers });

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
        follow(jobId, member, follower) {
          const unfollow = follow(jobId, {
            ...follower,
            said(entry) {
              watch?.heard(member, entry);
              follower.said(entry);
            },
          });
          return () => {
            watch?.over(member);
            unfollow();
          };
        },
        lookSeconds,
        awaySeconds,
        onTaken({ member, worker, attempt }) {
          news(`member ${member + 1}: ${attempt > 1 ? "taken over by" : "trains on"} ${worker}`);
        },
        onDone: (jobId, blobs) => void done.set(jobId, blobs),
      }),
    async close(ended) {
      clearTimeout(looking);
      watch?.close();
      if (ended) await clear({ queue, commands, store, done, feed: feedKey(id) }).catch(() => {}); // the run is whole; what is left expires
      await opened.close();
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
