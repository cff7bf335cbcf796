// All temporary files of tests and of the commands that they start are in one folder, which is removed after the run.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** On Linux, its contents are kept in memory. */
const MEMORY = "/dev/shm";
/** Minimum free space: browsers are unpacked into the folder, and hundreds of runs trained in it. */
const BYTES = 4 * 1024 ** 3;

export default function setup(): () => void {
  // Runs are synced to the disk many times each, and on a disk a test would wait for that much longer than for the training.
  const folder = (process.env["TMPDIR"] === undefined ? inMemory() : undefined) ?? newFolder(tmpdir());
  Object.assign(process.env, { TMPDIR: folder, TEMP: folder }); // workers inherit it
  // Threads and processes that tests start from the sources are as fast as built ones once another process has compiled them.
  process.env["NODE_COMPILE_CACHE"] ??= join(folder, "compiled");
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

const newFolder = (place: string): string => mkdtempSync(join(place, `benn-test-${process.pid}-`));

/** A folder in memory, if it is large enough and programs may run from it. */
function inMemory(): string | undefined {
  let folder: string | undefined;
  try {
    removeLeft();
    const { bavail, bsize } = statfsSync(MEMORY);
    if (bavail * bsize < BYTES) return undefined;
    folder = newFolder(MEMORY);
    const program = join(folder, "program");
    writeFileSync(program, "#!/bin/sh\n", { mode: 0o700 });
    if (spawnSync(program).status === 0) return folder;
  } catch {
    // There is no such folder, or it is not writable.
  }
  if (folder !== undefined) rmSync(folder, { recursive: true });
  return undefined;
}

/** Removes what killed tests have left in memory. */
function removeLeft(): void {
  for (const name of readdirSync(MEMORY)) {
    const [, pid] = /^benn-test-(\d+)-/.exec(name) ?? [];
    if (pid !== undefined && !lives(Number(pid))) rmSync(join(MEMORY, name), { recursive: true, force: true });
  }
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // of another user
  }
}
