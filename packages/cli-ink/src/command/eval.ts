import { type EnsembleEvaluation, evaluateInSteps } from "@benn/analysis";
import { type SplitName, UserError } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { type Ensemble, openEnsemble, openRun } from "@benn/core/node";
import { evaluationLines } from "../evaluation/evaluation-lines.ts";
import { SPLIT_WORDS } from "@benn/analysis";
import { datasetOfRun } from "./dataset-of-run.ts";
import { openRunContainer, refuseForeignBackend } from "./plugins-of-run.ts";
import { print, printJson, say } from "./print.ts";
import { inSteps } from "./in-steps.ts";
import { type Progress, progressLine } from "./progress-line.ts";
import { untilStopped } from "./until-stopped.ts";

export interface EvalOptions {
  readonly data?: string;
  readonly cache?: string;
  readonly backend?: string;
  readonly plugin?: readonly string[];
  readonly mirror?: boolean;
  readonly again?: boolean;
  readonly splits?: readonly SplitName[];
  /** Split for the detailed evaluation of the vote. */
  readonly on?: SplitName;
  readonly all?: boolean;
  readonly json?: boolean;
}

/** `benn eval` */
export async function evaluate(folder: string, { on = "test", all = false, json, ...options }: EvalOptions): Promise<void> {
  const evaluation = await evaluationOf(folder, { ...options, ...splitsWith(on, options), on }, { json });
  if (json) printJson(evaluation);
  else print(`${evaluationLines(evaluation, { all, width: process.stdout.columns ?? 80 }).join("\n")}\n`);
}

/** Adds the split of the detailed evaluation to the requested ones; with `mirror`, only test is requested by default. */
function splitsWith(on: SplitName, { splits, mirror }: Pick<EvalOptions, "splits" | "mirror">): { splits?: readonly SplitName[] } {
  const asked = splits ?? (mirror ? ["test" as const] : undefined);
  return asked ? { splits: [...new Set([...asked, on])] } : {};
}

/** Evaluates the run with the options of the command line, and shows progress; a signal stops it. */
async function evaluationOf(
  folder: string,
  {
    data,
    cache,
    backend,
    plugin = [],
    mirror = false,
    again = false,
    splits,
    on,
  }: Omit<EvalOptions, "all" | "json"> & { readonly on: SplitName },
  { json }: { readonly json?: boolean | undefined },
): Promise<EnsembleEvaluation> {
  const run = await openRun(folder);
  const container = await openRunContainer(run, plugin);
  if (backend === undefined) refuseForeignBackend(run, process.cwd());
  const progress = progressLine({ json });
  try {
    return await untilStopped(async (signal) => {
      const watch = { signal, onProgress: (done: Progress) => progress.show(done) };
      const ensemble = await openEnsemble(folder, {
        container,
        mirror,
        again,
        ...watch,
        ...datasetOfRun(run, { data, cache }, (message) => say(`benn: ${message}\n`)),
        ...(backend === undefined ? {} : { backend: { name: backend } }),
        ...(splits === undefined ? {} : { splits }),
      });
      return await judge(ensemble, on, { who: "eval", ...watch });
    });
  } finally {
    progress.clear();
  }
}

/** @param who the caller's name, for messages */
export async function judge(
  ensemble: Ensemble,
  on: SplitName,
  { who, ...watch }: { readonly who: string; readonly signal: AbortSignal; onProgress(progress: Progress): void },
): Promise<EnsembleEvaluation> {
  const { folder, members, splits } = ensemble;
  if (members.every(({ alpha }) => alpha === undefined))
    throw new UserError(
      `run folder ${folder}: none of its members has a vote yet: the scheme has dropped them. Resume it with "benn train --resume ${folder}".`,
    );
  if (!splits[on])
    throw new UserError(
      `${who} --on ${on}: run folder ${folder} has no ${SPLIT_WORDS[on]} rows${on === "validation" ? ": none were held out. Train with --set validation=0.1" : " among those asked for"}.`,
    );
  return await inSteps(evaluateInSteps(ensemble, { on, random: createRandom(0, "eval") }), { what: "judging, rows", ...watch });
}
