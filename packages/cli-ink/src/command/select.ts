import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type DependencyContainer, type LoadedDataset, type Spec, type SplitName, UserError } from "@benn/core";
import { checkValue } from "@benn/core/internals";
import { configSchema, loadDataset, openRun, resolveConfig, type SavedRun } from "@benn/core/node";
import { type Budget, parseBudget } from "../selection/budget.ts";
import { type Choice, chooseMembers, shareOf } from "../selection/choose-members.ts";
import { type Library, openLibrary, refuseUnlike } from "../selection/open-library.ts";
import { byVotes, describeSelection } from "../selection/describe-selection.ts";
import { selectionLines } from "../selection/selection-lines.ts";
import type { Selection } from "../selection/selection-schema.ts";
import { writeWithinBudget, type Written } from "../selection/write-within-budget.ts";
import { commandName, quoted } from "./command-name.ts";
import { datasetOfRun } from "./dataset-of-run.ts";
import { openRunsContainer, refuseForeignBackend } from "./plugins-of-run.ts";
import { print, printJson, say } from "./print.ts";
import { progressLine } from "./progress-line.ts";
import { untilStopped } from "./until-stopped.ts";

export interface SelectOptions {
  readonly on: SplitName;
  readonly voter?: string;
  readonly metric?: string;
  readonly budget?: string;
  readonly steps: number;
  readonly bags: number;
  readonly share?: number;
  readonly seed: number;
  readonly name?: string;
  readonly out: string;
  readonly whitening: boolean;
  readonly dryRun?: boolean;
  readonly all?: boolean;
  readonly data?: string;
  readonly cache?: string;
  readonly plugin?: readonly string[];
  readonly json?: boolean;
}

/** `benn select` */
export async function select(folders: readonly string[], options: SelectOptions): Promise<void> {
  const { on, plugin = [], json, data, cache } = options;
  if (on !== "validation") {
    throw new UserError(
      `select --on ${on}: members are never chosen on ${on === "test" ? "test images, which then would test nothing" : "images that they were trained on"}. ` +
        "They are chosen on validation images: hold some out in training with --set validation=0.1.",
    );
  }
  // Errors in these are reported before anything is read.
  if (options.budget !== undefined) parseBudget(options.budget);
  if (options.name !== undefined) refuseName(options.name, options.out);
  const runs = await Promise.all([...new Set(folders)].map(openRun));
  const container = await openRunsContainer(runs, plugin);
  for (const run of runs) refuseForeignBackend(run, process.cwd());
  await refuseUnlike(runs, container);
  const { dataset } = { dataset: undefined, ...datasetOfRun(runs[0]!, { data, cache }, (message) => say(`benn: ${message}\n`)) };
  const progress = progressLine({ json });
  try {
    const { selection, library } = await untilStopped((signal) =>
      run({ runs, container, dataset, options, signal, onProgress: progress.show }),
    );
    progress.clear();
    const { name, metric } = library.metric;
    const { title, unit, better } = metric;
    if (json) return printJson(selection);
    const lines = selectionLines(
      selection,
      { name, title, unit, better },
      { all: options.all ?? false, width: process.stdout.columns ?? 80 },
    );
    print(`${[...lines, ...nextSteps(selection.folder)].join("\n")}\n`);
  } finally {
    progress.clear();
  }
}

interface Task {
  readonly runs: readonly SavedRun[];
  readonly container: DependencyContainer;
  readonly dataset: Spec | undefined;
  readonly options: SelectOptions;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: { readonly what: string; readonly done: number; readonly total: number }) => void;
}

async function run(task: Task): Promise<{ readonly selection: Selection; readonly library: Library }> {
  const { runs, container, options, signal, onProgress } = task;
  const { voter, metric, seed, bags, steps, whitening, dryRun = false } = options;
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
  const { out, name = freeName(out, runs[0]!.folder), whitening } = options;
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

function nextSteps(folder: string | undefined): string[] {
  if (folder === undefined) return [];
  const name = quoted(folder);
  return [
    "",
    `The run is in ${folder}`,
    "",
    `  ${commandName()} eval ${name}     judge it`,
    `  ${commandName()} export ${name}   pack it into one file`,
  ];
}
