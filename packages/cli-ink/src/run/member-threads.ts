import { extname } from "node:path";
import { SHARE_ENV, Worker } from "node:worker_threads";
import type { Config } from "@benn/core";
import { type DataIdentity, type Executor, threadExecutor } from "@benn/core/node";

/** The workerData of a thread that trains members. */
export interface MemberThreadData {
  readonly config: Config;
  readonly plugins: readonly string[];
  /** The identity that the data must have, if the run was made on another machine. */
  readonly data?: DataIdentity;
  /** Base of relative plugin paths. */
  readonly cwd: string;
}

/** Trains members in threads of this machine, with the built-in plugins and these. */
export function memberThreads(plugins: readonly string[], cwd: string): Executor {
  const entry = new URL(`../member-worker${extname(import.meta.filename)}`, import.meta.url);
  return threadExecutor((config) => new Worker(entry, { workerData: { config, plugins, cwd } satisfies MemberThreadData, env: SHARE_ENV }));
}
