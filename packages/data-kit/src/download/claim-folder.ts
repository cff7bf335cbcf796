import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/** A folder that only this call uses. */
export interface Claim {
  readonly folder: string;
  /** Leaves it for a later call to continue. */
  release(): Promise<void>;
  discard(): Promise<void>;
}

/**
 * Takes over a folder `NAME.PID.ID` in `parent` that a failed call or a dead process has left, or creates one. Renaming is atomic, so that
 * of two processes one gets it and the other starts its own.
 */
export async function claimFolder(parent: string, name: string): Promise<Claim> {
  await mkdir(parent, { recursive: true });
  const folder = join(parent, `${name}.${process.pid}.${randomUUID()}`);
  const claim: Claim = {
    folder,
    release: () => rename(folder, join(parent, `${name}.${NOBODY}.${randomUUID()}`)),
    discard: () => rm(folder, { recursive: true, force: true }),
  };
  for (const entry of await readdir(parent)) {
    const [own, pid] = entry.split(".");
    if (own !== name || isAlive(Number(pid))) continue;
    try {
      await rename(join(parent, entry), folder);
      return claim;
    } catch {
      continue; // another process was faster
    }
  }
  await mkdir(folder);
  return claim;
}

/** Replaces the process id in a folder that was released. */
const NOBODY = 0;

function isAlive(pid: number): boolean {
  if (pid === NOBODY) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
