import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { resolve } from "node:path";
import type { Config, Spec } from "@benn/core";
import { bennVersion } from "@benn/core/node";
import { queueName } from "../names.ts";
import { asJson, digest, refusePlaces } from "./job-values.ts";
import { openQueue, type OpenQueue } from "./open-queue.ts";
import type { QueueOptions } from "./queue-executor.ts";
import { QueuedRun } from "./queued-run.ts";
import type { RunNews, RunOutcome } from "./run-news.ts";
import { tellOfWorkers } from "./tell-of-workers.ts";

/** A run to be trained as a whole by a worker. */
export interface WantedRun {
  readonly name: string;
  /** Of `portableConfig`, with its backend settled. */
  readonly config: Config;
  /** Where it is brought to, on this machine. */
  readonly folder: string;
}

export interface QueueRunsOptions extends Omit<QueueOptions, "onNews" | "onWorkers" | "checkpointSeconds" | "awaySeconds"> {
  /** Seconds between two snapshots of a run, at least. Default 300. */
  readonly snapshotSeconds?: number;
  /** Leaves the runs to the workers: called again with the same runs, this follows them again. */
  readonly signal?: AbortSignal;
  onNews(news: RunNews): void;
}

/** For which runs wait for a worker before they say that there is none. */
const PATIENCE_MILLISECONDS = 5000;

/**
 * Has whole runs trained by the workers of a queue, and brings each into its folder. Runs that are in the queue already, from a call before, are
 * followed.
 * @returns what became of each, by its name; of those that the signal left to the workers nothing
 * @throws UserError when the server or the store cannot be used
 */
export async function queueRuns(runs: readonly WantedRun[], options: QueueRunsOptions): Promise<ReadonlyMap<string, RunOutcome>> {
  const { url, ca, insecure, signal, snapshotSeconds = 300, lookSeconds = 15, onNews } = options;
  for (const { config } of runs) refusePlaces(config);
  const version = await bennVersion();
  const news = (message: string): void => onNews({ kind: "message", message });
  const outcomes = new Map<string, RunOutcome>();
  const queues = new Map<string, OpenQueue>();
  const followed: QueuedRun[] = [];
  const timers: NodeJS.Timeout[] = [];
  try {
    const over: Promise<void>[] = [];
    for (const { name, config, folder } of runs) {
      if (signal?.aborted) break;
      const { name: own, form } = await options.classOf(config.backend as Spec);
      const className = options.className ?? own;
      // What is of this sweep is told on one stream, wherever it is begun again from this machine.
      const run = digest([hostname(), resolve(folder, "..")]);
      const key = `${className} ${run}`;
      let opened = queues.get(key);
      if (!opened) {
        opened = await openQueue({ url, ca, insecure, store: options.store, name: queueName(version, className), feed: run, onNews: news });
        queues.set(key, opened);
        const { commands } = opened;
        const tell = (): void => void tellOfWorkers(commands, { version, className, news }).catch(() => {});
        timers.push(setTimeout(tell, PATIENCE_MILLISECONDS).unref());
      }
      const backend = { ...(config.backend as Spec), ...(options.className === undefined ? form : {}) };
      const data = {
        kind: "run",
        format: 1,
        run,
        name,
        config: asJson({ ...config, backend }),
        snapshotSeconds,
        store: opened.store.id,
      } as const;
      const { snapshotSeconds: _often, ...decisive } = data;
      const queued = new QueuedRun({
        opened,
        data,
        jobId: digest(decisive),
        folder,
        hasFolder: existsSync(folder),
        lookSeconds,
        onNews: (own) => onNews({ ...own, run: name }),
      });
      followed.push(queued);
      over.push(
        queued.over.then((outcome) => {
          outcomes.set(name, outcome);
          onNews({ kind: "over", run: name, ...outcome });
          return undefined;
        }),
      );
      await queued.begin();
    }
    const left = new Promise<void>((done) => {
      if (signal?.aborted) done();
      signal?.addEventListener("abort", () => done());
    });
    await Promise.race([Promise.all(over), left]);
    return outcomes;
  } finally {
    for (const timer of timers) clearTimeout(timer);
    for (const one of followed) one.leave();
    await Promise.all([...queues.values()].map((opened) => opened.close()));
  }
}
