import { fork } from "node:child_process";
import { extname } from "node:path";
import type { NamedReport } from "@benn/core/node";

/** The request to the process that tries backends. */
export interface ProbeRequest {
  readonly names: readonly string[];
  readonly plugins: readonly string[];
  readonly cwd: string;
  /** Plugins that cannot be loaded. */
  readonly without: readonly string[];
}

/** The messages of that process. */
export type ProbeMessage =
  | { readonly kind: "begin"; readonly name: string }
  | { readonly kind: "report"; readonly report: NamedReport }
  | { readonly kind: "failed"; readonly message: string };

interface ProbeListener {
  onBegin?(name: string): void;
  /** @param text that libraries printed */
  onNoise?(text: string): void;
}

/**
 * Tries backends in a separate process: native libraries print to standard error, and may crash the process. A backend that does is
 * reported, and the others are tried in a new process.
 */
export async function probeBackends(
  names: readonly string[],
  plugins: readonly string[],
  listener: ProbeListener = {},
  cwd: string = process.cwd(),
  without: readonly string[] = [],
): Promise<NamedReport[]> {
  const reports: NamedReport[] = [];
  for (let left = names; left.length > 0; left = names.filter((name) => !reports.some((report) => report.name === name))) {
    const { begun, how } = await inChild({ names: left, plugins, cwd, without }, reports, listener);
    if (how === undefined) break;
    reports.push({
      name: begun ?? left[0]!,
      ok: false,
      reason: `the process that tried it ended with ${how}.`,
      remedy: "Do not train with it; benn doctor --debug shows what it printed.",
    });
  }
  return reports;
}

/** @returns the backend that was being tried when the process died, and how it died; undefined if all were tried */
async function inChild(
  request: ProbeRequest,
  reports: NamedReport[],
  { onBegin, onNoise }: ProbeListener,
): Promise<{ readonly begun?: string | undefined; readonly how?: string }> {
  const extension = extname(import.meta.filename);
  const child = fork(new URL(`../probe-process${extension}`, import.meta.url), [], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    cwd: request.cwd,
    execArgv: extension === ".ts" ? ["--conditions=source"] : [],
  });
  let begun: string | undefined;
  let failed: string | undefined;
  child.stdout?.on("data", (text: Buffer) => onNoise?.(text.toString()));
  child.stderr?.on("data", (text: Buffer) => onNoise?.(text.toString()));
  child.on("message", (message: ProbeMessage) => {
    if (message.kind === "failed") failed = message.message;
    else if (message.kind === "report") {
      reports.push(message.report);
      begun = undefined;
    } else {
      begun = message.name;
      onBegin?.(message.name);
    }
  });
  child.send(request);
  const how = await new Promise<string | undefined>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code === 0 ? undefined : (signal ?? `code ${code}`)));
  });
  if (failed !== undefined) throw new Error(failed);
  return how === undefined ? {} : { begun, how };
}
