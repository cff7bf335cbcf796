import { existsSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { CostComparison } from "@benn/analysis";
import { type DependencyContainer, UserError } from "@benn/core";
import { checkValue, printable } from "@benn/core/internals";
import { configSchema, resolveConfig } from "@benn/core/node";
import { renderComparison } from "@benn/report";
import { compareKinds } from "../comparison/compare-kinds.ts";
import { comparisonLines } from "../comparison/comparison-lines.ts";
import { completePlan, readPlan } from "../comparison/comparison-plan.ts";
import { trainRuns } from "../comparison/train-runs.ts";
import { type WantedKind, wantedRuns } from "../comparison/wanted-runs.ts";
import { table } from "../run/format.ts";
import { runOptions } from "../run/run-options.ts";
import { type Configured, configure } from "./configure.ts";
import { Exit } from "./failure.ts";
import { print, printJson, printLines, say } from "./print.ts";
import { type Progress, progressLine } from "./progress-line.ts";
import { untilStopped } from "./until-stopped.ts";

export interface CompareOptions {
  readonly file?: string;
  readonly preset?: string;
  readonly set?: readonly string[];
  readonly members?: number;
  readonly bits?: readonly number[];
  readonly quantizer?: string;
  readonly seeds?: readonly number[];
  readonly name?: string;
  readonly out: string;
  readonly from?: readonly string[];
  readonly report?: string;
  readonly time: boolean;
  readonly dryRun?: boolean;
  readonly all?: boolean;
  readonly data?: string;
  readonly backend?: string;
  readonly parallel?: string;
  readonly plugin?: readonly string[];
  readonly json?: boolean;
}

/** The preset if neither a file nor a preset is named: takes minutes on the built-in sample. */
const SMALL = "compare";

/** `benn compare` */
export async function compare(options: CompareOptions): Promise<void> {
  const { json, all = false, dryRun = false, report } = options;
  const cwd = process.cwd();
  if (report !== undefined && !existsSync(dirname(resolve(report))))
    throw new UserError(`compare --report: there is no folder ${dirname(resolve(report))}. Make it, or choose another place.`);
  const { configured, kinds, name } = await planOf(options, cwd);
  if (dryRun) return printPlan(kinds);
  const progress = progressLine({ json });
  try {
    const comparison = await untilStopped((signal) =>
      run({ configured, kinds, name, options, cwd, signal, onProgress: progress.show, onRun: (message) => shown(message) }),
    ).catch((error: unknown) => {
      progress.clear();
      if (error instanceof Exit) say("Stopped; trained members are saved, and the same command resumes.\n");
      throw error;
    });
    progress.clear();
    if (report !== undefined) await writePage(report, renderComparison(comparison));
    if (json) return printJson(comparison);
    const lines = comparisonLines(comparison, { all, width: process.stdout.columns ?? 80 });
    print(`${[...lines, ...(report === undefined ? [] : ["", `${report}: open it in a browser.`])].join("\n")}\n`);
  } finally {
    progress.clear();
  }

  function shown(message: string): void {
    progress.clear();
    if (!json) say(`${printable(message)}\n`);
  }
}

interface Planned {
  readonly configured: Configured;
  readonly kinds: readonly WantedKind[];
  readonly name: string;
}

/** @throws UserError for everything that can be detected before the first run */
async function planOf(options: CompareOptions, cwd: string): Promise<Planned> {
  const { file, preset, set = [], plugin = [], data, backend, parallel, members, bits, quantizer, seeds } = options;
  const read = file === undefined ? undefined : await readPlan(file);
  if (read?.train && preset !== undefined)
    throw new UserError(`--preset ${preset}: does not go together with ${file}, which says what is trained. Leave one of the two out.`);
  const configured = await configure(
    {
      settings: set,
      plugins: plugin,
      ...(read?.train ? { config: { config: read.train, folder: read.folder } } : { preset: preset ?? SMALL }),
      ...(data === undefined ? {} : { data }),
      ...(backend === undefined ? {} : { backend }),
      ...(parallel === undefined ? {} : { parallel }),
    },
    cwd,
  );
  const asked = Object.fromEntries(Object.entries({ members, bits, quantizer, seeds }).filter(([, value]) => value !== undefined));
  const plan = completePlan(read?.plan ?? {}, asked);
  const { members: _members, seed: _seed, name: own, ...base } = configured.config;
  const name = options.name ?? own ?? "compare";
  const { fault } = checkValue(configSchema.shape.name, name);
  if (fault) throw new UserError(`--name: ${fault.words}. Choose another name.`);
  const groups = Array.isArray(_members) ? { members: _members } : {};
  return { configured, name, kinds: wantedRuns(plan, { ...base, ...groups }, configured.container, name) };
}

function printPlan(kinds: readonly WantedKind[]): void {
  const runs = kinds.flatMap((kind) => kind.runs.map((own) => ({ ...own, kind })));
  const lines = table(
    [
      ["run", "network", "seed", "members"],
      ...runs.map(({ kind, seed, members, config }) => [config.name ?? "", kind.name, String(seed), String(members)]),
    ],
    { left: 2 },
  );
  const binarizers = [...new Set(kinds.map((kind) => `${kind.name} by ${kind.binarizer}`))];
  printLines([...lines, "", `Networks: ${binarizers.join("; ")}`, "Nothing was trained or written."]);
}

interface Task extends Planned {
  readonly options: CompareOptions;
  readonly cwd: string;
  readonly signal: AbortSignal;
  onProgress(progress: Progress): void;
  onRun(message: string): void;
}

async function run({ configured, kinds, name, options, cwd, signal, onProgress, onRun }: Task): Promise<CostComparison> {
  const container: DependencyContainer = configured.container;
  const { executor } = runOptions(configured, cwd);
  const { out, from = [], time } = options;
  const threads = executor ? { executor } : {};
  const folders = await trainRuns({ kinds, out, from, container, ...threads, signal, onProgress, onRun });
  const config = resolveConfig(kinds[0]!.runs[0]!.config, container);
  return await compareKinds({ name, kinds, folders, container, config, time, signal, onProgress });
}

async function writePage(file: string, page: string): Promise<void> {
  try {
    await writeFile(`${file}.part`, page);
    await rename(`${file}.part`, file);
  } catch (cause) {
    throw new UserError(
      `compare --report: ${file} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}. Choose another place.`,
      { cause },
    );
  }
}
