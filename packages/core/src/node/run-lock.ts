import { open, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { UserError } from "../user-error.ts";

/**
 * Keeps two processes from writing one run folder. A lock left behind by a process of this machine that is gone is taken over.
 * @returns a function that gives the lock back
 * @throws UserError when another process holds it
 */
export async function lockRun(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, "lock.json");
  const own = { pid: process.pid, host: hostname() };
  for (;;) {
    try {
      const file = await open(path, "wx");
      await file.writeFile(JSON.stringify(own));
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = await readHolder(path);
    if (holder && (holder.host !== own.host || isAlive(holder.pid))) {
      throw new UserError(
        `run folder ${folder}: is in use by process ${holder.pid} on ${holder.host}. Wait for it, watch it with "benn watch", or remove ${path} if that process is gone.`,
      );
    }
    await rm(path, { force: true });
  }
}

/** Undefined: the lock is gone, or was torn while written. */
async function readHolder(path: string): Promise<{ pid: number; host: string } | undefined> {
  try {
    const holder: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof holder === "object" && holder !== null && "pid" in holder && "host" in holder)
      return { pid: Number(holder.pid), host: String(holder.host) };
  } catch {
    // falls through
  }
  return undefined;
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
