import { Job } from "bullmq";
import { jobKeys } from "../names.ts";
import type { ServerPlace } from "../redis-connection.ts";
import { forgetStarts } from "../worker/job-state.ts";
import type { JobControl } from "../job-schema.ts";
import { jobsOf, type ListedJob, withQueues } from "./list-queues.ts";

/** What may be asked of jobs. */
export type JobChange = "pause" | "resume" | "cancel" | "retry";

export interface ChangedJobs {
  readonly changed: readonly ListedJob[];
  /** Names of all runs that have jobs, for a name that none has. */
  readonly runs: readonly string[];
}

const WEEK_SECONDS = 7 * 86_400;

/**
 * Asks something of the jobs of runs: to pause in the middle of an epoch and go on, to be taken from the queue, or to be tried again where they
 * failed or were stopped.
 * @param names of runs
 */
export async function changeJobs(place: ServerPlace, change: JobChange, names: readonly string[]): Promise<ChangedJobs> {
  return await withQueues(place, async (queues, connection) => {
    const changed: ListedJob[] = [];
    const runs = new Set<string>();
    const ask = async (id: string, control: JobControl): Promise<void> => {
      const key = jobKeys(id).control;
      await connection.set(key, JSON.stringify(control), "EX", WEEK_SECONDS);
      await connection.publish(key, "changed");
    };
    for (const { queue } of queues) {
      for (const listed of await jobsOf(queue)) {
        runs.add(listed.run);
        if (!names.includes(listed.run)) continue;
        const job = await Job.fromId(queue, listed.id);
        if (!job) continue;
        const isOpen = listed.state === "waiting" || listed.state === "training";
        if ((change === "pause" || change === "resume") && isOpen) await ask(listed.id, { ...going, paused: change === "pause" });
        else if (change === "cancel" && isOpen) await cancel(job, () => ask(listed.id, { ...going, isCancelled: true }));
        else if (change === "retry" && (listed.state === "failed" || listed.state === "stopped")) {
          await forgetStarts({ jobId: listed.id, connection });
          await connection.del(jobKeys(listed.id).control);
          await job.retry((await job.isFailed()) ? "failed" : "completed");
        } else continue;
        changed.push(listed);
      }
    }
    return { changed, runs: [...runs].toSorted() };
  });
}

const going: JobControl = { paused: false, stop: "no", isCancelled: false };

/** Takes a job from the queue; a worker that has it is told to leave it first. */
async function cancel(job: Job, tell: () => Promise<void>): Promise<void> {
  await tell();
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    try {
      return await job.remove();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100)); // a worker has it still
    }
  }
  throw new Error(`job ${job.id} is held by a worker that has not left it for ${MOST_TRIES / 10} seconds`);
}

const MOST_TRIES = 600;

/** Has workers take no more jobs, or take them again; those that they have go on. */
export async function pauseQueues(place: ServerPlace, paused: boolean): Promise<readonly string[]> {
  return await withQueues(place, async (queues) => {
    for (const { queue } of queues) await (paused ? queue.pause() : queue.resume());
    return queues.map(({ queue }) => queue.name);
  });
}
