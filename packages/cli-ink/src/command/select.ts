import type { SplitName } from "@benn/core";
import { selectWith } from "../api/select.ts";
import { selectionLines } from "../selection/selection-lines.ts";
import { commandName, quoted } from "./command-name.ts";
import { print, printJson, warn } from "./print.ts";
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
export async function select(folders: readonly string[], { plugin = [], json, all = false, ...options }: SelectOptions): Promise<void> {
  const progress = progressLine({ json });
  const settings = { ...options, plugins: plugin, onProgress: progress.show, onWarning: warn };
  try {
    const { selection, library } = await untilStopped((signal) => selectWith(folders, { ...settings, signal }));
    progress.clear();
    const { name, metric } = library.metric;
    const { title, unit, better } = metric;
    if (json) return printJson(selection);
    const lines = selectionLines(selection, { name, title, unit, better }, { all, width: process.stdout.columns ?? 80 });
    print(`${[...lines, ...nextSteps(selection.folder)].join("\n")}\n`);
  } finally {
    progress.clear();
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
