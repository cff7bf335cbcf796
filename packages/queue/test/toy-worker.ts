import { Worker } from "node:worker_threads";
import { threadLane } from "@benn/core/node";
import { type RunningWorker, runThread, startWorker, type WorkerOptions } from "@benn/queue";

/** A worker for the toy problem: two lanes, and locks so short that a test need hardly wait. */
export function startToyWorker(options: Pick<WorkerOptions, "url" | "className"> & Partial<WorkerOptions>): Promise<RunningWorker> {
  return startWorker({
    lanes: 2,
    lockSeconds: 2,
    localize: (config) => config,
    openLane: ({ config, data }, listener) =>
      threadLane(
        new Worker(new URL("toy-member-thread.ts", import.meta.url), {
          workerData: { config, data },
          execArgv: ["--conditions=source"],
          stderr: true,
        }),
        listener,
      ),
    openRun: (plan, listener) =>
      runThread(
        new Worker(new URL("toy-run-thread.ts", import.meta.url), {
          workerData: plan,
          execArgv: ["--conditions=source"],
          stderr: true,
        }),
        listener,
      ),
    ...options,
  });
}
