import type { SplitName } from "@benn/core";
import { evaluate as evaluateRun } from "../api/evaluate.ts";
import { evaluationLines } from "../evaluation/evaluation-lines.ts";
import { print, printJson, warn } from "./print.ts";
import { progressLine } from "./progress-line.ts";
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

/** `benn eval`, showing progress; a signal ends it. */
export async function evaluate(folder: string, { all = false, json, plugin = [], ...options }: EvalOptions): Promise<void> {
  const progress = progressLine({ json });
  const settings = { ...options, plugins: plugin, onProgress: progress.show, onWarning: warn };
  let evaluation;
  try {
    evaluation = await untilStopped((signal) => evaluateRun(folder, { ...settings, signal }));
  } finally {
    progress.clear();
  }
  if (json) printJson(evaluation);
  else print(`${evaluationLines(evaluation, { all, width: process.stdout.columns ?? 80 }).join("\n")}\n`);
}
