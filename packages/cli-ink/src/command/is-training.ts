import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

/** Whether a process has the run folder open for writing; one of another machine is believed. */
export async function isTraining(folder: string): Promise<boolean> {
  try {
    const { pid, host } = JSON.parse(await readFile(join(folder, "lock.json"), "utf8")) as { pid: number; host: string };
    if (host === hostname()) process.kill(pid, 0); // throws when there is no such process
    return true;
  } catch (error) {
    return error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "EPERM"; // the lock is being written; another user's
  }
}
