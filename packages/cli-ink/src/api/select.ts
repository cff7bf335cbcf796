import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type DependencyContainer, type LoadedDataset, type Spec, type SplitName, UserError } from "@benn/core";
import { checkValue } from "@benn/core/internals";
import { configSchema, loadDataset, resolveConfig, type SavedRun } from "@benn/core/node";
import { type Budget, parseBudget } from "../selection/budget.ts";
import { type Choice, chooseMembers, shareOf } from "../selection/choose-members.ts";
import { type Library, openLibrary, refuseUnlike } from "../selection/open-library.ts";
import { byVotes, describeSelection } from "../selection/describe-selection.ts";
import type { Selection } from "../selection/selection-schema.ts";
import { writeWithinBudget, type Written } from "../selection/write-within-budget.ts";
import { openRuns, type RunSettings } from "./open-runs.ts";

export interface SelectSettings extends RunSettings {
  /** Only "validation" is allowed, which is the default. */
  readonly on?: SplitName;
  /** Name of another voter than the first run's. */
  readonly voter?: string;
  /** Name of a metric; default: the first run's first. */
  readonly metric?: string;
  /** What the packed file may take: "300kB", or "2ms" an image. */
  readonly budget?: string;
  /** Greedy steps per bag; the best number of them is found. Default 50. */
  readonly steps?: number;
  /** Selections to add up, each from a random part of the members. Default 20. */
  readonly bags?: number;
  /** Part of the members in each bag. Default: half, at least eight. */
  readonly share?: number;
  /** Of bags and intervals. Default 0. */
  readonly seed?: number;
  /** Of the new run. Default: the first run's, with -selected. */
  readonly name?: string;
  /** Folder in which the run folder is made. Default "runs". */
  readonly out?: string;
  /** As of the export that measures the budget. Default true. */
  readonly whitening?: boolean;
  /** Writes nothing. Default false. */
  readonly dryRun?: boolean;
}

interface Task {
  readonly runs: readonly SavedRun[];
  readonly container: DependencyContainer;
  readonly dataset: Spec | undefined;
  readonly options: SelectSettings;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { readonly what: string; readonly done: number; readonly total: number }) => void;
}

/**
 * Chooses members of runs on the same data by their vote on validation images, and writes them as a new run, as `benn select` does.
 *
 *     const { folder } = await select(["runs/A", "runs/B"], { budget: "300kB" });
 *
 * @throws UserError when the runs do not go together, have no validation samples, or one member alone is above the budget
 */
export async function select(folders: readonly string[], settings: SelectSettings = {}): Promise<Selection> {
  return (await selectWith(folders, settings)).selection;
}

/** The same, with the members that there were to choose from. */
export async function selectWith(
  folders: readonly string[],
  options: SelectSettings,
): Promise<{ readonly selection: Selection; readonly library: Library }> {
  const { on = "validation", out = "runs" } = options;
  if (on !== "validation") {
    throw new UserError(
      `select --on ${on}: members are never chosen on ${on === "test" ? "test images, which then would test nothing" : "images that they were trained on"}. ` +
        "They are chosen on validation images: hold some out in training with --set validation=0.1.",
    );
  }
  // Errors in these are reported before anything is read.
  if (options.budget !== undefined) parseBudget(options.budget);
  if (options.name !== undefined) refuseName(options.name, out);
  const { runs, container, given, watch } = await openRuns(folders, options);
  await refuseUnlike(runs, container);
  return await run({ runs, container, dataset: given.dataset, options, ...watch });
}

async function run(task: Task): Promise<{ readonly selection: Selection; readonly library: Library }> {
  const { runs, container, options, signal, onProgress } = task;
  const { voter, metric, seed = 0, bags = 20, steps = 50, whitening = true, dryRun = false } = options;
  const budget = options.budget === undefined ? undefined : parseBudget(options.budget);
  const data = await load(task);
  try {
    const library = await openLibrary(runs, { container, data, voter, metric, test: !dryRun, onProgress, signal });
    const settings = { seed, bags, steps, share: options.share ?? shareOf(library.candidates.length) };
    const choice = await chooseMembers(library, { ...settings, container, budget, whitening, signal, onProgress });
    const written = dryRun ? undefined : await write(task, { data, library, choice, settings, budget });
    const folders = runs.map(({ folder }) => folder);
    return { library, selection: await describeSelection(library, choice, { ...settings, runs: folders, budget, written }) };
  } finally {
    data.dispose?.();
  }
}

async function load({ runs, container, dataset, signal, onProgress }: Task): Promise<LoadedDataset> {
  const config = resolveConfig({ ...runs[0]!.config, ...(dataset ? { dataset } : {}) }, container);
  const loading = loadDataset(config, container, signal);
  for (;;) {
    const next = await loading.next();
    if (next.done) return next.value;
    if (next.value.type === "progress") onProgress(next.value);
  }
}

interface ToWrite {
  readonly data: LoadedDataset;
  readonly library: Library;
  readonly choice: Choice;
  readonly settings: Pick<Selection, "seed" | "bags" | "steps" | "share">;
  readonly budget: Budget | undefined;
}

async function write(
  { runs, container, dataset, options, signal }: Task,
  { data, library: { candidates, voter, metric }, choice: { chosen }, settings, budget }: ToWrite,
): Promise<Written> {
  const members = byVotes(chosen.counts).map((place) => {
    const { run: folder, member } = candidates[place]!;
    return { run: folder, member, alpha: chosen.counts.get(place)! };
  });
  const { out = "runs", name = freeName(out, runs[0]!.folder), whitening = true } = options;
  const origin = {
    selection: {
      runs: runs.map((run) => basename(resolve(run.folder))),
      voter: voter.spec.name,
      metric: metric.name,
      ...settings,
      ...(budget ? { budget: budget.text } : {}),
      ...(whitening ? {} : { whitening }),
    },
  };
  const selection = { runs, container, data, dataset, members, voter: voter.spec, origin, seed: settings.seed, name, out, signal };
  return await writeWithinBudget(selection, budget, { container, voter: voter.spec.name, whitening });
}

/** @throws UserError for an invalid name, or one that is taken */
function refuseName(name: string, out: string): void {
  const { fault } = checkValue(configSchema.shape.name, name);
  if (fault) throw new UserError(`--name: ${fault.words}. Choose another name.`);
  const folder = join(out, name);
  if (existsSync(folder)) throw new UserError(`--name: ${folder} exists. Choose another name, or another place with --out.`);
}

/** `NAME-selected` after the first run, with a number if it is taken. */
function freeName(out: string, run: string): string {
  const name = `${basename(resolve(run))}-selected`;
  for (let n = 1; ; n++) {
    const free = n === 1 ? name : `${name}-${n}`;
    if (!existsSync(join(out, free))) return free;
  }
}
