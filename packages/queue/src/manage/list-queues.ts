import { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { anyJob, jobResult, runResult, type WorkerRecord } from "../job-schema.ts";
import { PREFIX, SAFE_NAME } from "../names.ts";
import { checkServer, connect, type ServerPlace } from "../redis-connection.ts";
import { findWorkers } from "../worker/presence.ts";

/** Where a job is. */
export type JobState = "waiting" | "training" | "done" | "stopped" | "failed";

export interface ListedJob {
  readonly id: string;
  /** Name of the run that it is, or is a member of. */
  readonly run: string;
  readonly member?: number;
  readonly state: JobState;
  /** How often a worker has begun it: above 1 it was retaken. */
  readonly attempts: number;
  readonly worker?: string;
  /** Why it failed. */
  readonly message?: string;
}

/** The queue of a version and a class of machines. */
export interface ListedQueue {
  readonly name: string;
  readonly version: string;
  readonly className: string;
  readonly isPaused: boolean;
  readonly workers: readonly WorkerRecord[];
  readonly jobs: readonly ListedJob[];
}

/** BullMQ's states, in the order in which a queue is read. */
const STATES = ["active", "wait", "prioritized", "delayed", "completed", "failed"] as const;

/** Jobs of one state that are read of a queue, at most. */
const MOST_JOBS = 5000;

/** All queues of a server, with their jobs and workers; those of workers that wait for a first job too. */
export async function listQueues(place: ServerPlace): Promise<ListedQueue[]> {
  return await withQueues(place, async (queues, connection) => {
    const workers = await findWorkers(connection);
    const listed: ListedQueue[] = [];
    for (const { queue, version, className } of queues) {
      const jobs = await jobsOf(queue);
      const own = workers.filter((worker) => worker.version === version && worker.className === className);
      if (jobs.length === 0 && own.length === 0) continue;
      listed.push({ name: queue.name, version, className, isPaused: await queue.isPaused(), workers: own, jobs });
    }
    return listed;
  });
}

export interface OpenedQueue {
  readonly queue: Queue;
  readonly version: string;
  readonly className: string;
}

/** Opens every queue of a server, and closes them again. */
export async function withQueues<T>(
  place: ServerPlace,
  work: (queues: readonly OpenedQueue[], connection: Redis) => Promise<T>,
): Promise<T> {
  await checkServer(place);
  const connection = connect(place, () => {});
  const opened: OpenedQueue[] = [];
  try {
    for (const name of await namesOf(connection)) {
      const [, version = "", className = ""] = /^benn\.(.*)\.([^.]+)$/.exec(name) ?? [];
      const queue = new Queue(name, { connection, prefix: PREFIX });
      queue.on("error", () => {}); // told by what is asked
      opened.push({ queue, version, className });
    }
    return await work(opened, connection);
  } finally {
    await Promise.all(opened.map(async ({ queue }) => await queue.close().catch(() => {})));
    connection.disconnect();
  }
}

async function namesOf(connection: Redis): Promise<string[]> {
  const names = new Set<string>();
  let cursor = "0";
  do {
    const [next, keys] = await connection.scan(cursor, "MATCH", `${PREFIX}:${PREFIX}.*:meta`, "COUNT", 1000);
    for (const key of keys) names.add(key.slice(PREFIX.length + 1, -":meta".length));
    cursor = next;
  } while (cursor !== "0");
  return [...names].filter((name) => SAFE_NAME.test(name)).toSorted();
}

export async function jobsOf(queue: Queue): Promise<ListedJob[]> {
  const listed: ListedJob[] = [];
  for (const state of STATES) {
    for (const job of await queue.getJobs([state], 0, MOST_JOBS - 1, true)) {
      const data = anyJob.safeParse(job.data);
      if (!data.success || job.id === undefined) continue; // of another version, or of another program
      const { name, kind } = data.data;
      listed.push({
        id: job.id,
        run: name,
        ...(kind === "member" ? { member: data.data.member } : {}),
        attempts: job.attemptsStarted,
        ...endOf(state, job.returnvalue, job.failedReason),
        ...(state === "active" && job.processedBy !== undefined ? { worker: job.processedBy } : {}),
      });
    }
  }
  return listed;
}

function endOf(state: (typeof STATES)[number], returned: unknown, reason: string): Pick<ListedJob, "state" | "worker" | "message"> {
  if (state === "active") return { state: "training" };
  if (state === "failed") return { state: "failed", message: reason };
  if (state !== "completed") return { state: "waiting" };
  const result = runResult.safeParse(returned).data ?? jobResult.safeParse(returned).data;
  if (!result) return { state: "failed", message: "its result cannot be read: a worker of another version wrote it." };
  const { kind, worker } = result;
  return kind === "failed" ? { state: "failed", worker, message: result.message } : { state: kind, worker };
}
