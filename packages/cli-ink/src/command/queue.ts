import { UserError } from "@benn/core/messages";
import type { JobChange, JobState, ListedJob, ListedQueue } from "@benn/queue";
import { needed } from "../optional-package.ts";
import { count, table } from "../run/format.ts";
import { shorten } from "../screen/shorten.ts";
import { commandName } from "./command-name.ts";
import { print, printJson, printLines } from "./print.ts";
import { queuePlace } from "./queue-place.ts";

export interface QueueCommandOptions {
  readonly on?: string | true;
  readonly ca?: string;
  readonly insecure?: boolean;
  readonly json?: boolean;
}

/** `benn queue` */
export async function showQueue({ on = true, json, ...reached }: QueueCommandOptions): Promise<void> {
  const place = queuePlace(on, reached);
  const { listQueues } = await needed("benn queue", "@benn/queue", import("@benn/queue"));
  const queues = await listQueues(place);
  if (json) return printJson(queues);
  print(`${queueLines(queues, process.stdout.columns ?? 80).join("\n")}\n`);
}

/** `benn queue pause|resume|cancel|retry` */
export async function changeQueue(
  change: JobChange,
  runs: readonly string[],
  { on = true, json, ...reached }: QueueCommandOptions,
): Promise<void> {
  const place = queuePlace(on, reached);
  const { changeJobs, pauseQueues } = await needed("benn queue", "@benn/queue", import("@benn/queue"));
  if (runs.length === 0) {
    const queues = await pauseQueues(place, change === "pause");
    if (json) return printJson({ queues });
    return printLines([
      change === "pause"
        ? `Workers take no more jobs; what they have goes on. "${commandName()} queue resume" ends that.`
        : "Workers take jobs again.",
    ]);
  }
  const { changed, runs: all } = await changeJobs(place, change, runs);
  const unknown = runs.filter((run) => !all.includes(run));
  if (unknown.length > 0)
    throw new UserError(
      `queue ${change}: ${unknown.join(", ")} has no job in the queue. ${all.length === 0 ? "There are none." : `Those that have: ${all.join(", ")}.`}`,
    );
  if (json) return printJson({ changed });
  const done = { pause: "paused", resume: "resumed", cancel: "taken from the queue", retry: "queued again" }[change];
  printLines([changed.length === 0 ? `No job of ${runs.join(", ")} can be ${done}.` : `${jobs(changed.length)} ${done}.`]);
}

const jobs = (n: number): string => `${count(n)} ${n === 1 ? "job" : "jobs"}`;

const ORDER: readonly JobState[] = ["training", "waiting", "failed", "stopped", "done"];

/** A queue after the other: what it is for, who works, and its runs. */
export function queueLines(queues: readonly ListedQueue[], width: number): string[] {
  if (queues.length === 0) return ["No jobs and no workers."];
  return queues.flatMap(({ version, className, isPaused, workers, jobs: all }, nth) => {
    const counts = ORDER.flatMap((state) => {
      const n = all.filter((job) => job.state === state).length;
      return n > 0 ? [`${n} ${state}`] : [];
    });
    const rows = [...Map.groupBy(all, ({ run }) => run)].map(([run, own]) => rowOf(run, own, width));
    const failures = all.flatMap(({ run, member, message }) =>
      message === undefined ? [] : [`${run}${member === undefined ? "" : `, member ${member + 1}`}: ${message}`],
    );
    return [
      ...(nth > 0 ? [""] : []),
      `${className} of version ${version}${isPaused ? ", paused" : ""}`,
      `${count(workers.length)} ${workers.length === 1 ? "worker" : "workers"}, ${counts.length > 0 ? counts.join(", ") : "no jobs"}`,
      ...(rows.length > 0 ? ["", ...table([["run", "state", "jobs", "retaken", "worker"], ...rows], { left: 2 })] : []),
      ...(failures.length > 0 ? ["", ...failures] : []),
    ];
  });
}

function rowOf(run: string, own: readonly ListedJob[], width: number): string[] {
  const state = ORDER.find((one) => own.some((job) => job.state === one)) ?? "done";
  const over = own.filter((job) => job.state === "done").length;
  const workers = [...new Set(own.flatMap(({ worker, state: now }) => (worker !== undefined && now === "training" ? [worker] : [])))];
  const shown = workers.length > 1 ? `${workers.length} workers` : (workers[0] ?? "–");
  return [
    shorten(run, Math.max(20, width - 50)),
    state,
    own[0]?.member === undefined ? "run" : `${over}/${own.length}`,
    String(own.reduce((sum, { attempts }) => sum + Math.max(0, attempts - 1), 0)),
    shorten(shown, 20),
  ];
}
