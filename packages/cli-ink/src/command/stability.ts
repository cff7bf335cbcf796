import { rename, writeFile } from "node:fs/promises";
import type { Noise, Stability } from "@benn/analysis";
import { type DependencyContainer, type LoadedDataset, UserError, VOTERS } from "@benn/core";
import { type Ensemble, loadDataset, openEnsemble, openRun, type ResolvedConfig, resolveConfig, type SavedRun } from "@benn/core/node";
import { refuseVoter } from "@benn/core/internals";
import { measureStability } from "../stability/measure-stability.ts";
import { preparedDeviation } from "../stability/noisy-split.ts";
import { parseNoise } from "../stability/parse-noise.ts";
import { refuseOtherRuns } from "../stability/refuse-other-runs.ts";
import { keptStability, weightsOf } from "../stability/kept-stability.ts";
import { stabilityLines } from "../stability/stability-lines.ts";
import { datasetOfRun } from "./dataset-of-run.ts";
import { openRunsContainer, refuseForeignBackend } from "./plugins-of-run.ts";
import { print, printJson, say } from "./print.ts";
import { type Progress, progressLine } from "./progress-line.ts";
import { untilStopped } from "./until-stopped.ts";

export interface StabilityOptions {
  readonly weights: string;
  readonly activations: string;
  readonly images: string;
  readonly draws: number;
  readonly rows: number;
  readonly seed: number;
  readonly voter?: string;
  readonly keep?: boolean;
  readonly all?: boolean;
  readonly data?: string;
  readonly cache?: string;
  readonly backend?: string;
  readonly plugin?: readonly string[];
  readonly json?: boolean;
}

/** `benn stability` */
export async function stability(folders: readonly string[], options: StabilityOptions): Promise<void> {
  const { json, keep, all = false, plugin = [] } = options;
  // Errors in these are reported before anything is read.
  const noise = (["weights", "activations", "images"] as const).flatMap((kind) => parseNoise(kind, options[kind]));
  if (noise.length === 0 && folders.length === 1)
    throw new UserError(
      "stability: no noise and no other training are named, so there is nothing to measure. Leave out one of the options that say none.",
    );
  if (noise.length > 0 && options.draws < 2)
    throw new UserError(`--draws: expected 2 at least, got ${options.draws}: of one draw there is no interval.`);
  const runs = await Promise.all([...new Set(folders)].map(openRun));
  const container = await openRunsContainer(runs, plugin);
  for (const run of runs) if (options.backend === undefined) refuseForeignBackend(run, process.cwd());
  const seeds = runs.length > 1 ? await refuseOtherRuns(runs.map(({ folder }) => folder)) : [];
  const progress = progressLine({ json });
  try {
    const found = await untilStopped((signal) => measure({ runs, seeds, noise, container, options, signal, onProgress: progress.show }));
    progress.clear();
    if (keep) await keepIn(runs[0]!.folder, found);
    if (json) printJson(found);
    else print(`${stabilityLines(found, { all, width: process.stdout.columns ?? 80 }).join("\n")}\n`);
  } finally {
    progress.clear();
  }
}

interface Task {
  readonly runs: readonly SavedRun[];
  readonly seeds: readonly number[];
  readonly noise: readonly Noise[];
  readonly container: DependencyContainer;
  readonly options: StabilityOptions;
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
}

async function measure({ runs, seeds, noise, container, options, signal, onProgress }: Task): Promise<Stability> {
  const [run] = runs;
  const given = datasetOfRun(run!, options, (message) => say(`benn: ${message}\n`));
  const backend = options.backend === undefined ? {} : { backend: { name: options.backend } };
  const config = resolveConfig({ ...run!.config, ...given, ...backend }, container);
  const voter = options.voter === undefined ? config.voter.name : container.resolve(VOTERS).resolve(options.voter, "--voter").name;
  if (voter !== config.voter.name) refuseVoter({ voter: { name: voter }, validation: config.validation }, container);
  const data = await load(config, { container, signal, onProgress });
  try {
    for (const own of noise) if (own.kind === "images") preparedDeviation(own, data.preprocessing);
    const ensembles: Ensemble[] = [];
    for (const [i, one] of runs.entries()) ensembles.push(await open(one, i === 0 ? data : undefined));
    const weights = await weightsOf(run!.folder, votingOf(ensembles[0]!));
    const { draws, rows, seed } = options;
    return await measureStability({
      run: run!,
      config,
      container,
      data,
      ensembles,
      seeds,
      weights,
      noise,
      draws,
      rows,
      seed,
      voter,
      signal,
      onProgress,
    });
  } finally {
    data.dispose?.();
  }

  async function open(one: SavedRun, own: LoadedDataset | undefined): Promise<Ensemble> {
    const ensemble = await openEnsemble(one.folder, {
      container,
      ...datasetOfRun(one, options, () => {}),
      ...backend,
      ...(own ? { data: own } : {}),
      splits: ["test"],
      signal,
      onProgress,
    });
    if (ensemble.otherData !== undefined && runs.length > 1)
      throw new UserError(
        `stability: the data are not those that ${one.folder} was made with (${ensemble.otherData}). Name those with --data.`,
      );
    return ensemble;
  }
}

async function load(
  config: ResolvedConfig,
  { container, signal, onProgress }: Pick<Task, "container" | "signal" | "onProgress">,
): Promise<LoadedDataset> {
  const loading = loadDataset(config, container, signal);
  for (;;) {
    const next = await loading.next();
    if (next.done) return next.value;
    if (next.value.type === "progress") onProgress(next.value);
  }
}

function votingOf({ members }: Ensemble): number[] {
  return members.flatMap(({ member, alpha }) => (alpha === undefined ? [] : [member]));
}

async function keepIn(folder: string, found: Stability): Promise<void> {
  const file = keptStability(folder);
  try {
    await writeFile(`${file}.part`, `${JSON.stringify(found, null, 2)}\n`);
    await rename(`${file}.part`, file);
  } catch (cause) {
    throw new UserError(`stability --keep: ${file} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      cause,
    });
  }
}
