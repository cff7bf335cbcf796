// Trains a whole run of a queue in a thread of a worker, with the plugins that the worker was started with.
import { workerData } from "node:worker_threads";
import { type RunToServe, serveRun } from "@benn/queue/serve-run";
import { openContainer } from "./command/open-container.ts";
import { runOptions } from "./run/run-options.ts";

/** What such a thread is started with. */
export interface RunThreadData extends RunToServe {
  readonly plugins: readonly string[];
  /** Where paths of plugins begin. */
  readonly cwd: string;
}

const { plugins, cwd, ...run } = workerData as RunThreadData;
await serveRun(run, async () => runOptions({ plugins, container: await openContainer(plugins, { cwd }) }, cwd));
