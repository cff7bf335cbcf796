import { rename, rm, writeFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { type SplitName, UserError } from "@benn/core";
import { renderReport } from "@benn/report";
import { gatherRun } from "../report/gather-run.ts";
import { bytes } from "../run/format.ts";
import { print, printJson } from "./print.ts";
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
  const all = [...new Set(folders)];
  const names = all.map((folder) => basename(resolve(folder)));
  const file = out ?? `${names.join("-")}.html`;
  const progress = progressLine({ json });
  try {
    const runs = await untilStopped(async (signal) => {
      const gathered = [];
      for (const [i, folder] of all.entries()) {
        // If runs have the same name, their paths distinguish them.
        const name = names.indexOf(names[i]!) === names.lastIndexOf(names[i]!) ? names[i]! : folder;
        gathered.push(await gatherRun(folder, { ...options, name, plugin, signal, onProgress: (done) => progress.show(done) }));
      }
      return gathered;
    });
    const page = Buffer.from(renderReport(runs));
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
