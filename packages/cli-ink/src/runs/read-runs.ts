import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { UserError } from "@benn/core";
import { followEvents, isTraining, readExperiment } from "@benn/core/node";
import { flattenConfig } from "@benn/report/configs";
import { voteMetrics } from "../run/run-metrics.ts";
import { initialState, reduce } from "../run/run-state.ts";
import { headline } from "../run/summary.ts";
import { readLabels, type RunLabels } from "./run-labels.ts";

export type RunStatus = "training" | "paused" | "finished" | "stopped early" | "interrupted" | "damaged";

/** A run in a list. */
export interface ListedRun extends RunLabels {
  readonly name: string;
  readonly folder: string;
  readonly status: RunStatus;
  readonly members: { readonly trained: number; readonly planned: number };
  readonly network: string;
  readonly scheme: string;
  readonly dataset: string;
  /** The newest vote by the run's voter and first metric. */
  readonly vote?: {
    readonly metric: string;
    readonly unit: string;
    readonly better: string;
    readonly value: number;
    readonly singleMean: number;
  };
  /** Milliseconds since 1970. */
  readonly began?: number;
  readonly ended?: number;
  readonly bytes: number;
  /** Every key of the configuration, as JSON. */
  readonly config: Readonly<Record<string, string>>;
}

/** Event types that a list needs: long logs are not read in full. */
const TOLD = ["run-start", "members-added", "member-start", "member-end", "staged", "run-end"] as const;

/**
 * The runs in folders; a folder may itself be a run.
 * @throws UserError if a folder does not exist
 */
export async function readRuns(places: readonly string[]): Promise<ListedRun[]> {
  const folders: string[] = [];
  for (const place of places) {
    if (isRun(place)) folders.push(place);
    else if (!existsSync(place)) throw new UserError(`runs: the folder ${place} does not exist. Name one that holds runs.`);
    else for (const name of (await readdir(place)).toSorted()) if (isRun(join(place, name))) folders.push(join(place, name));
  }
  const runs: ListedRun[] = [];
  for (const folder of folders) runs.push(await readRun(folder));
  return runs;
}

function isRun(folder: string): boolean {
  return existsSync(join(folder, "experiment.json"));
}

async function readRun(folder: string): Promise<ListedRun> {
  const name = basename(folder);
  const known = { name, folder, ...(await readLabels(folder)), bytes: await bytesOf(folder) };
  try {
    const { config } = await readExperiment(folder);
    let state = initialState;
    let [began, ended]: (number | undefined)[] = [];
    if (existsSync(join(folder, "events.jsonl"))) {
      for await (const event of followEvents(folder, { follow: false, only: TOLD })) {
        state = reduce(state, event);
        began ??= event.clock.at;
        ended = event.clock.at;
      }
    }
    const { start, members, end, control } = state;
    const training = await isTraining(folder);
    const [metric] = voteMetrics(state);
    const vote = metric && headline(state, metric);
    const nets = [...new Set(start?.members.map(({ architecture }) => architecture))];
    const over = end && end.reason !== "interrupted" ? (end.reason === "finished" ? "finished" : "stopped early") : "interrupted";
    return {
      ...known,
      status: training ? (control === "paused" ? "paused" : "training") : over,
      members: { trained: members.filter(({ final }) => final !== undefined).length, planned: members.length },
      network: nets.length > 1 ? `${nets.length} nets` : (nets[0] ?? ""),
      scheme: start?.scheme ?? "",
      dataset: start?.dataset.name ?? "",
      ...(metric && vote
        ? { vote: { metric: metric.name, unit: metric.unit, better: metric.better, value: vote.value, singleMean: vote.mean } }
        : {}),
      ...(began === undefined ? {} : { began }),
      ...(ended === undefined ? {} : { ended }),
      config: flattenConfig(config),
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...known, status: "damaged", members: { trained: 0, planned: 0 }, network: "", scheme: "", dataset: "", config: {} };
  }
}

async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => (await stat(join(entry.parentPath, entry.name)).catch(() => ({ size: 0 }))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
