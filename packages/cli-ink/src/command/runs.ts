import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { isTraining } from "@benn/core/node";
import { bytes } from "../run/format.ts";
import { filterRuns, sortRuns } from "../runs/choose-runs.ts";
import { type ListedRun, readRuns, type RunStatus } from "../runs/read-runs.ts";
import { changeTags, KEEP, readLabels, writeLabels } from "../runs/run-labels.ts";
import { runLines } from "../runs/run-lines.ts";
import { print, printJson } from "./print.ts";

export interface RunsOptions {
  readonly sort: string;
  readonly filter?: readonly string[];
  readonly json?: boolean;
}

const DEFAULT_FOLDER = "runs";

/** `benn runs` */
export async function listRuns(places: readonly string[], { sort, filter = [], json }: RunsOptions): Promise<void> {
  const runs = sortRuns(filterRuns(await readRuns(placesOf(places)), filter), sort);
  if (json) return printJson(runs);
  print(`${runLines(runs, process.stdout.columns ?? 80).join("\n")}\n`);
}

/** `benn runs tag` */
export async function tagRun(folder: string, changes: readonly string[], { json }: { readonly json?: boolean }): Promise<void> {
  requireRun(folder);
  const labels = changeTags(await readLabels(folder), changes);
  if (changes.length > 0) await writeLabels(folder, labels);
  if (json) return printJson(labels);
  print(`${folder}: ${labels.tags.length === 0 ? "no tags" : labels.tags.join(" ")}\n`);
}

/** `benn runs note`: an empty text removes the note. */
export async function noteRun(folder: string, text: readonly string[], { json }: { readonly json?: boolean }): Promise<void> {
  requireRun(folder);
  const before = await readLabels(folder);
  const labels = text.length === 0 ? before : { ...before, note: text.join(" ").trim() };
  if (text.length > 0) await writeLabels(folder, labels);
  if (json) return printJson(labels);
  print(`${folder}: ${labels.note === "" ? "no note" : labels.note}\n`);
}

export interface PruneOptions {
  readonly filter?: readonly string[];
  readonly state?: RunStatus;
  /** Days. */
  readonly olderThan?: number;
  /** How many of the best and newest to keep. */
  readonly keepBest?: number;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `benn runs prune`: shows what it would delete, and deletes it only with `yes`. */
export async function pruneRuns(places: readonly string[], options: PruneOptions): Promise<void> {
  const { filter = [], state, olderThan, keepBest, yes = false, json } = options;
  if (filter.length === 0 && state === undefined && olderThan === undefined && keepBest === undefined)
    throw new UserError("runs prune: says not what to delete. Add --state interrupted, --older-than 30, --keep-best 5 or --filter WORDS.");
  const all = await readRuns(placesOf(places));
  const best = new Set(sortRuns(all, "vote").slice(0, keepBest ?? 0));
  const limit = olderThan === undefined ? Infinity : Date.now() - 86_400_000 * olderThan;
  const chosen = filterRuns(all, filter).filter(
    (run) =>
      !best.has(run) &&
      run.status !== "training" &&
      run.status !== "paused" &&
      !run.tags.includes(KEEP) &&
      (state === undefined || run.status === state) &&
      (run.ended ?? run.began ?? 0) < limit,
  );
  const deleted: ListedRun[] = [];
  for (const run of yes ? chosen : []) {
    if (await isTraining(run.folder)) continue; // resumed meanwhile
    await rm(run.folder, { recursive: true });
    deleted.push(run);
  }
  if (json) return printJson({ chosen: chosen.map(({ folder }) => folder), deleted: deleted.map(({ folder }) => folder) });
  const sum = chosen.reduce((total, run) => total + run.bytes, 0);
  if (chosen.length === 0) return print("No run fits; nothing is deleted.\n");
  const runs = chosen.length === 1 ? "1 run" : `${chosen.length} runs`;
  const what = yes
    ? `Deleted ${runs}, ${bytes(sum)}.`
    : `Would delete ${runs}, ${bytes(sum)}. Add --yes to do it; runs tagged "${KEEP}" and runs in training stay.`;
  print(`${[...runLines(chosen, process.stdout.columns ?? 80), "", what].join("\n")}\n`);
}

function placesOf(places: readonly string[]): readonly string[] {
  return places.length > 0 ? places : [DEFAULT_FOLDER];
}

/** @throws UserError for a folder that is not a run folder */
function requireRun(folder: string): void {
  if (!existsSync(join(folder, "experiment.json")))
    throw new UserError(`run folder ${folder}: is no run: it has no experiment.json. "benn runs" lists those that are there.`);
}
