import { spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FOLDER, type Line, type Plan, sessionFiles } from "./session-files.ts";

export interface Session {
  readonly lines: readonly Line[];
  /** What was running when progress stopped and the session was ended. */
  readonly hung: Extract<Line, { on: "start" }> | undefined;
}

/**
 * Runs a plan in a separate process.
 * @param patience maximum milliseconds between two lines of the log
 * @param onLines receives the lines of the log as they are written
 */
export async function runSession(
  folder: string,
  plan: Plan,
  patience: (line: Line | undefined) => number,
  onLines: (lines: readonly Line[]) => void = () => {},
): Promise<Session> {
  const files = sessionFiles(folder);
  writeFileSync(files.plan, JSON.stringify(plan));
  writeFileSync(files.log, "");
  const output = openSync(files.output, "a");
  const args = ["--conditions=source", join(import.meta.dirname, "session.ts")];
  // A temporary folder for tests: a new one, since the removal of an earlier run's files may still be in progress.
  const scratch = mkdtempSync(join(folder, "scratch-"));
  const env = { ...process.env, [FOLDER]: folder, TMPDIR: scratch, TEMP: scratch };
  // Its own process group: child processes end with it.
  const child = spawn(process.execPath, args, { env, detached: true, stdio: ["ignore", output, output] });
  let ended = false;
  const end = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  void end.then(() => (ended = true));
  const stop = () => child.pid !== undefined && process.kill(-child.pid, "SIGKILL");
  process.once("exit", stop);
  let hung: Session["hung"];
  let [size, since] = [0, performance.now()];
  const lines: Line[] = [];
  const read = (): readonly Line[] => {
    const text = readFileSync(files.log, "utf8");
    const came = text
      .slice(0, text.lastIndexOf("\n") + 1)
      .split("\n")
      .slice(lines.length, -1); // the last one may be incomplete
    const fresh = came.map((line) => JSON.parse(line) as Line);
    lines.push(...fresh);
    onLines(fresh);
    return lines;
  };
  while (!ended) {
    await Promise.race([end, sleep(1000)]);
    const now = statSync(files.log).size;
    const last = read().at(-1);
    if (now !== size) [size, since] = [now, performance.now()];
    else if (!ended) {
      if (performance.now() - since <= patience(last)) continue;
      hung = last?.on === "start" ? last : undefined;
      stop();
      await end;
      if (!hung) throw new Error(`mutate: the session stood still; see ${files.output}`);
    }
  }
  process.off("exit", stop);
  rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  return { lines: read(), hung };
}
