// All that tests and the commands they start put into the system's folder for temporary files lies in one folder, which goes with the run.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Linux keeps what lies there in memory. */
const MEMORY = "/dev/shm";
/** Free there at least: browsers are unpacked into the folder, and hundreds of runs trained in it. */
const BYTES = 4 * 1024 ** 3;

export default function setup(): () => void {
  // Runs are synced to the disk many times each, and a test waits for that much longer than for the training.
  const folder = (process.env["TMPDIR"] === undefined ? inMemory() : undefined) ?? newFolder(tmpdir());
  Object.assign(process.env, { TMPDIR: folder, TEMP: folder }); // workers are started with it
  // Threads and processes that tests start from the sources are as quick as built ones where another has compiled them.
  process.env["NODE_COMPILE_CACHE"] ??= join(folder, "compiled");
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

const newFolder = (place: string): string => mkdtempSync(join(place, `benn-test-${process.pid}-`));

/** A folder in memory, if there is enough of it, and programs may run from it. */
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
    // There is no such place, or nothing can be written to it.
  }
  if (folder !== undefined) rmSync(folder, { recursive: true });
  return undefined;
}

/** Takes away what tests have left in memory that were killed. */
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
