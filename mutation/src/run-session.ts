import { spawn } from "node:child_process";
import { openSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { FOLDER, type Line, type Plan, sessionFiles } from "./session-files.ts";

export interface Session {
  readonly lines: readonly Line[];
  /** What was running when nothing moved any more, and the session was ended. */
  readonly hung: Extract<Line, { on: "start" }> | undefined;
}

/**
 * Runs a plan in a process of its own.
 * @param patience milliseconds that may pass after a line of the log before the next one
 * @param onLine is told each line as it comes
 */
export async function runSession(folder: string, plan: Plan, patience: (line: Line | undefined) => number): Promise<Session> {
  const files = sessionFiles(folder);
  writeFileSync(files.plan, JSON.stringify(plan));
  writeFileSync(files.log, "");
  const output = openSync(files.output, "a");
  const args = ["--conditions=source", join(import.meta.dirname, "session.ts")];
  const env = { ...process.env, [FOLDER]: folder };
  // Its own group: what it started ends with it.
  const child = spawn(process.execPath, args, { env, detached: true, stdio: ["ignore", output, output] });
  let ended = false;
  const end = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  void end.then(() => (ended = true));
  const stop = () => child.pid !== undefined && process.kill(-child.pid, "SIGKILL");
  process.once("exit", stop);
  let hung: Session["hung"];
  let [size, since] = [0, performance.now()];
  const read = () =>
    readFileSync(files.log, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line);
  while (!ended) {
    await Promise.race([end, sleep(500)]);
    const now = statSync(files.log).size;
    if (now !== size) [size, since] = [now, performance.now()];
    else if (!ended && performance.now() - since > 500) {
      const last = read().at(-1);
      if (performance.now() - since <= patience(last)) continue;
      hung = last?.on === "start" ? last : undefined;
      stop();
      await end;
      if (!hung) throw new Error(`mutate: the session stood still; see ${files.output}`);
    }
  }
  process.off("exit", stop);
  return { lines: read(), hung };
}
