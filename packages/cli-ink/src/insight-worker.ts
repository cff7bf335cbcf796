// Reads from a run folder what the screen's views need, in a separate thread, so that keys and the clock of the screen stay responsive.
import { parentPort, workerData } from "node:worker_threads";
import { UserError, type DependencyContainer, type LoadedDataset } from "@benn/core";
import { loadDataset, openEnsemble, openRun, resolveConfig } from "@benn/core/node";
import { datasetOfRun } from "./command/dataset-of-run.ts";
import { openRunContainer, refuseForeignBackend } from "./command/plugins-of-run.ts";
import type { InsightAnswer, InsightRequest, InsightWorkerData } from "./insight/insight-messages.ts";
import { readVotes } from "./insight/read-votes.ts";
import { readWeights } from "./insight/read-weights.ts";

const { folder, plugins, data: dataFolder, cwd } = workerData as InsightWorkerData;

interface Opened {
  readonly container: DependencyContainer;
  readonly data: LoadedDataset;
}

/** Plugins and data are loaded once. */
let opened: Promise<Opened> | undefined;

async function open(): Promise<Opened> {
  const run = await openRun(folder);
  refuseForeignBackend(run, cwd);
  const container = await openRunContainer(run, plugins, { cwd });
  const config = resolveConfig({ ...run.config, ...datasetOfRun(run, { data: dataFolder }, () => {}, cwd) }, container);
  const loading = loadDataset(config, container);
  for (;;) {
    const next = await loading.next();
    if (next.done) return { container, data: next.value };
  }
}

async function answer({ what }: InsightRequest): Promise<InsightAnswer> {
  try {
    const { container, data } = await (opened ??= open());
    if (what === "votes") return { what, found: readVotes(await openEnsemble(folder, { container, data, splits: ["test"] })) };
    return { what, found: await readWeights(await openEnsemble(folder, { container, data, splits: ["train"] }), data) };
  } catch (error) {
    opened = undefined;
    return {
      what,
      error: error instanceof UserError ? error.message : `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

parentPort?.on("message", (request: InsightRequest) => {
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  void answer(request).then((found) => parentPort?.postMessage(found));
});
