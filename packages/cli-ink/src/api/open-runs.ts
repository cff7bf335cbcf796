import type { DependencyContainer, Spec } from "@benn/core";
import { openRun, type PluginSource, type SavedRun } from "@benn/core/node";
import { datasetOfRun } from "../command/dataset-of-run.ts";
import { openRunsContainer, refuseForeignBackend } from "../command/plugins-of-run.ts";
import type { Progress } from "../command/progress-line.ts";
import { type ArrayData, arraysPlugin } from "./arrays.ts";

/** How trained runs are opened again. */
export interface RunSettings {
  /** Plugins that the runs need besides the built-in ones: values, packages, or paths. What only a run names is not loaded. */
  readonly plugins?: readonly PluginSource[] | undefined;
  /** Where the data of the runs are now, if not where the runs name them: a folder, or the arrays that a run was trained on. */
  readonly data?: string | ArrayData | undefined;
  /** Folder that the dataset may write to. */
  readonly cache?: string | undefined;
  /** Base of relative paths, and the project whose package.json may name plugins. Default: the working folder. */
  readonly cwd?: string | undefined;
  /** Ends the work; the promise is rejected with its reason. */
  readonly signal?: AbortSignal | undefined;
  onProgress?(progress: Progress): void;
  /** Gets sentences about what was left out. Default: a warning of the process. */
  readonly onWarning?: ((sentence: string) => void) | undefined;
}

/** Runs that were opened together. */
export interface OpenedRuns {
  readonly runs: readonly [SavedRun, ...SavedRun[]];
  readonly container: DependencyContainer;
  /** Of the first run, with what the settings say of it. */
  readonly given: { readonly dataset?: Spec };
  readonly watch: { readonly signal: AbortSignal; onProgress(progress: Progress): void };
}

/**
 * Opens run folders with their plugins.
 * @param options.anyBackend whether none is taken from the runs
 * @throws UserError when one is none, or needs a plugin that is not given
 */
export async function openRuns(
  folders: readonly string[],
  { plugins = [], data, cache, cwd = process.cwd(), signal, onProgress, onWarning }: RunSettings,
  { anyBackend = false }: { readonly anyBackend?: boolean } = {},
): Promise<OpenedRuns> {
  const [first, ...others] = await Promise.all([...new Set(folders)].map(openRun));
  if (!first) throw new TypeError("no run folder was named");
  const runs = [first, ...others] as const;
  const arrays = typeof data === "object" ? [arraysPlugin(data)] : [];
  const container = await openRunsContainer(runs, [...plugins, ...arrays], { cwd });
  if (!anyBackend) for (const run of runs) refuseForeignBackend(run, cwd);
  const place = typeof data === "string" ? data : undefined;
  const given = datasetOfRun(first, { data: place, cache }, onWarning ?? ((sentence) => process.emitWarning(sentence)), cwd);
  return {
    runs,
    container,
    given,
    watch: { signal: signal ?? new AbortController().signal, onProgress: (progress) => onProgress?.(progress) },
  };
}
