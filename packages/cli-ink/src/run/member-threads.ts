import { extname } from "node:path";
import { SHARE_ENV, Worker } from "node:worker_threads";
import type { Config } from "@benn/core";

/** What a thread that trains members has to know. */
export interface MemberThreadData {
  readonly config: Config;
  readonly plugins: readonly string[];
  /** Where paths of plugins begin. */
  readonly cwd: string;
}

/** Starts threads that know the built-in plugins and these. */
export function memberThreads(plugins: readonly string[], cwd: string): (config: Config) => Worker {
  const entry = new URL(`../member-worker${extname(import.meta.filename)}`, import.meta.url);
  return (config) => new Worker(entry, { workerData: { config, plugins, cwd } satisfies MemberThreadData, env: SHARE_ENV });
}
