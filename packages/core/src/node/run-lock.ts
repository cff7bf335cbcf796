import { link, mkdir, readFile, rm, rmdir, stat, writeFile } from "node:fs/promises";
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
  const own: Holder = { pid: process.pid, host: hostname() };
  // Linked into place whole, so that nobody reads half a lock and takes it for a stale one.
  const aside = `${path}.${own.pid}-${createUnique()}`;
  await writeFile(aside, JSON.stringify(own));
  try {
    for (;;) {
      try {
        await link(aside, path);
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
      await removeStale(path);
    }
  } finally {
    await rm(aside, { force: true });
  }
}

interface Holder {
  readonly pid: number;
  readonly host: string;
}

let locks = 0;
function createUnique(): number {
  return locks++;
}

/** A process removes a stale lock in less; a claim this old was left by one that was killed at it. */
const CLAIM_MILLISECONDS = 5000;

/** Removes a lock if it is still stale. One process at a time, so that none removes the lock that another has just put there. */
async function removeStale(path: string): Promise<void> {
  const claim = `${path}.claim`;
  try {
    await mkdir(claim);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const since = await stat(claim).catch(() => undefined);
    if (since && Date.now() - since.mtimeMs > CLAIM_MILLISECONDS) await rmdir(claim).catch(() => undefined);
    else await new Promise((resolve) => setTimeout(resolve, 20));
    return;
  }
  try {
    const holder = await readHolder(path);
    if (!holder || (holder.host === hostname() && !isAlive(holder.pid))) await rm(path, { force: true });
  } finally {
    await rmdir(claim);
  }
}

/** Undefined: the lock is gone, or is none of ours. */
async function readHolder(path: string): Promise<Holder | undefined> {
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
