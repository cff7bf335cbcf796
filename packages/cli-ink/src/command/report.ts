import { rename, rm, writeFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { type SplitName, UserError } from "@benn/core";
import { report as reportOf } from "../api/report.ts";
import { bytes } from "../run/format.ts";
import { print, printJson, warn } from "./print.ts";
import { progressLine } from "./progress-line.ts";
import { untilStopped } from "./until-stopped.ts";

export interface ReportOptions {
  /** Split for the detailed evaluation of the vote. */
  readonly on: SplitName;
  readonly out?: string;
  readonly twin?: string;
  readonly preset?: string;
  readonly time: boolean;
  readonly data?: string;
  readonly cache?: string;
  readonly plugin?: readonly string[];
  readonly json?: boolean;
}

/** `benn report` */
export async function report(folders: readonly string[], { out, json, plugin = [], ...options }: ReportOptions): Promise<void> {
  const file = out ?? `${[...new Set(folders)].map((folder) => basename(resolve(folder))).join("-")}.html`;
  const progress = progressLine({ json });
  const settings = { ...options, plugins: plugin, onProgress: progress.show, onWarning: warn };
  try {
    const page = Buffer.from(await untilStopped((signal) => reportOf(folders, { ...settings, signal })));
    try {
      await writeFile(`${file}.part`, page);
      await rename(`${file}.part`, file);
    } catch (cause) {
      await rm(`${file}.part`, { force: true });
      throw new UserError(
        `report: ${file} cannot be written: ${cause instanceof Error ? cause.message : String(cause)}. Choose another place with --out.`,
        { cause },
      );
    }
    progress.clear();
    if (json) printJson({ file, bytes: page.length });
    else print(`${file}: ${bytes(page.length)}. Open it in a browser.\n`);
  } finally {
    progress.clear();
  }
}
