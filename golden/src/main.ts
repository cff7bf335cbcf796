import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "@benn/core";
import { activateBackend } from "./activate-backend.ts";
import type { FileChecks } from "./check.ts";
import { measure, type Result } from "./measure.ts";
import { openContainer } from "./open-container.ts";
import { openFolder } from "./open-folder.ts";
import { type FileReport, resultLine, summaryLines } from "./report.ts";

const HELP = `Hold this code against numbers of the reference implementation: a line for each with its error and what may be.

Usage: pnpm golden [options] DIR

  DIR               a folder of golden numbers (golden/fixtures/README.md says what is in one)
  --backend <name>  what computes: wasm, cpu, webgpu, node or node-gpu (default: wasm)
  --json            one JSON object instead of lines
  -h, --help        this text

Exit code: 0 if all pass, 1 if any does not, 2 if DIR is no such folder.

Examples:
  $ pnpm golden golden/fixtures                # the numbers in this repository
  $ pnpm golden --backend cpu golden/fixtures  # on TensorFlow.js's own backend
  $ pnpm golden --json DIR > golden.json       # for programs`;

/** Runs the command and sets the exit code. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const options = readOptions(args);
    if (options === "help") return console.log(HELP);
    const { folder, backend, json } = options;
    const startedAt = performance.now();
    await activateBackend(backend);
    const files = openFolder(folder, await openContainer());
    const say = json ? () => {} : console.log;
    const reports: FileReport[] = [];
    for (const file of files) reports.push(await reportOf(file, say));
    const seconds = (performance.now() - startedAt) / 1000;
    const passed = reports.every(({ checks }) => checks.every((check) => check.passed));
    if (json) console.log(JSON.stringify({ folder, backend, passed, files: reports }, null, 2));
    else for (const line of summaryLines(reports, { seconds, backend })) console.log(line);
    process.exitCode = passed ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}

async function reportOf({ file, checks, notes }: FileChecks, say: (line: string) => void): Promise<FileReport> {
  say(file);
  const results: Result[] = [];
  for (const check of checks) {
    const result = await measure(check);
    say(resultLine(result));
    results.push(result);
  }
  for (const note of notes()) say(`  --    ${note}`);
  say("");
  return { file, checks: results, notes: notes() };
}

function readOptions(args: readonly string[]): "help" | { folder: string; backend: string; json: boolean } {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        backend: { type: "string", default: "wasm" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (error) {
    throw new UserError(`golden: ${error instanceof Error ? error.message : String(error)} --help shows the options.`, { cause: error });
  }
  const { values, positionals } = parsed;
  if (values.help) return "help";
  const [folder, ...rest] = positionals;
  if (folder === undefined || rest.length > 0) {
    throw new UserError(`golden: expected one folder, got ${positionals.length}. Try: pnpm golden golden/fixtures`);
  }
  // pnpm runs scripts in the root of the repository; INIT_CWD is the user's folder.
  return { folder: resolve(process.env["INIT_CWD"] ?? ".", folder), backend: values.backend, json: values.json };
}
