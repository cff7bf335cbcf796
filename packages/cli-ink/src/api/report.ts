import { basename, resolve } from "node:path";
import type { SplitName } from "@benn/core";
import type { RunSettings } from "./open-runs.ts";

export interface ReportSettings extends RunSettings {
  /** The split on which the final vote is evaluated in detail. Default "test". */
  readonly on?: SplitName;
  /** Run folder of a real-valued network on the same data, to compare with. */
  readonly twin?: string;
  /** Preset to compare the configuration with. Default: the nearest. */
  readonly preset?: string;
  /** Whether the packed runtime is timed. Default true. */
  readonly time?: boolean;
}

/**
 * Presents runs as one self-contained HTML page, as `benn report` does.
 *
 *     await writeFile("NAME.html", await report(["runs/NAME"]));
 *
 * @throws UserError when a run cannot be opened or judged
 */
export async function report(folders: readonly string[], settings: ReportSettings = {}): Promise<string> {
  // Charts and the library for pictures, for programs that ask for a report.
  const [{ renderReport }, { gatherRun }] = await Promise.all([import("@benn/report"), import("../report/gather-run.ts")]);
  const { on = "test", time = true, signal = new AbortController().signal, onProgress, ...others } = settings;
  const all = [...new Set(folders)];
  const names = all.map((folder) => basename(resolve(folder)));
  const gathered = [];
  for (const [i, folder] of all.entries()) {
    // If runs have the same name, their paths distinguish them.
    const name = names.indexOf(names[i]!) === names.lastIndexOf(names[i]!) ? names[i]! : folder;
    gathered.push(await gatherRun(folder, { ...others, on, time, name, signal, onProgress: (progress) => onProgress?.(progress) }));
  }
  return renderReport(gathered);
}
