// Runs of the toy problem, for the queue.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "@benn/core";
import { resolveConfig, toyContainer } from "@benn/core/internals";
import { folderBytes, portableConfig, train } from "@benn/core/node";
import { queueRuns, type QueueRunsOptions, type RunOutcome, type WantedRun } from "@benn/queue";

export const container = toyContainer();

/** A chain: each member begins with the weights of the one before, and learns by its mistakes. */
export const chain: Config = {
  dataset: { name: "blobs", rows: 48, delay: 2 },
  architecture: { name: "linear", hidden: 4 },
  scheme: "boost",
  mode: "sequential",
  members: 3,
  epochs: 3,
  batchSize: 16,
  learningRate: 0.02,
  checkpointSeconds: 0,
};

/** Of a run's folder; without experiment.json, which has the run's name. */
export async function bytesOf(folder: string): Promise<Record<string, string>> {
  const { "experiment.json": _own, ...bytes } = await folderBytes(folder);
  return bytes;
}

/** Trains a run here, undisturbed. @returns its folder */
export async function trainAlone(config: Config): Promise<string> {
  const out = await mkdtemp(join(tmpdir(), "benn-alone-"));
  for await (const _ of train({ ...config, name: "alone" }, { container, out })) {
    // to its end
  }
  return join(out, "alone");
}

/** Runs of a sweep of its own. */
export async function wantedRuns(config: Config, ...names: string[]): Promise<WantedRun[]> {
  const place = await mkdtemp(join(tmpdir(), "benn-sweep-"));
  return names.map((name) => ({
    name,
    config: portableConfig(resolveConfig({ ...config, name }, container), container),
    folder: join(place, name),
  }));
}

export function trainOnQueue(
  runs: readonly WantedRun[],
  { className, ...options }: Pick<QueueRunsOptions, "url"> & { readonly className: string } & Omit<Partial<QueueRunsOptions>, "className">,
): Promise<ReadonlyMap<string, RunOutcome>> {
  return queueRuns(runs, {
    classOf: async () => ({ name: className, form: {} }),
    lookSeconds: 1,
    snapshotSeconds: 0,
    onNews() {},
    ...options,
  });
}
