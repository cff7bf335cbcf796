import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readFile, rm, rmdir, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import { duration } from "../quantities.ts";
import { UserError } from "../user-error.ts";
import { errorCode, fileError } from "./file-error.ts";
import { processStart, sameStart } from "./process-start.ts";
import { writeAside } from "./write-aside.ts";

/** The right of one process to write a run folder. */
export interface RunLock {
  /** @throws UserError when another process has taken the run over meanwhile */
  check(): Promise<void>;
  release(): Promise<void>;
}

/** Older versions write `pid` and `host` alone, and no sign of life. */
const holderJson = z.object({
  pid: z.int(),
  host: z.string(),
  /** Of this lock, to know it again. */
  id: z.string().optional(),
  start: z.object({ boot: z.string(), at: z.number() }).optional(),
});
type Holder = z.output<typeof holderJson>;

/** Between two signs of life, for which the holder writes its lock again. */
const BEAT_MILLISECONDS = 20_000;
/** A lock of another machine without a sign of life for so long is left behind. A holder may be in one long step of training meanwhile. */
export const SILENCE_MINUTES = 10;

/**
 * Keeps two processes from writing one run folder. A lock that was left behind is taken over: by a process of this machine that is gone, by one
 * that had our number before us (in a container it is the same at every start), by one of another machine that gives no sign of life any more.
 * @param takeOver takes the lock from any holder; one that is alive finds out before it writes again
 * @throws UserError when another process holds it
 */
export async function lockRun(folder: string, { takeOver = false }: { readonly takeOver?: boolean | undefined } = {}): Promise<RunLock> {
  const path = join(folder, "lock.json");
  const start = await processStart(process.pid);
  const own: Holder & { readonly id: string } = { pid: process.pid, host: hostname(), id: randomUUID(), ...(start ? { start } : {}) };
  const text = JSON.stringify(own);
  await claim(path, async (now) => {
    const holder = await readHolder(path);
    if (holder && !takeOver) {
      const silence = await silenceOf(path, now);
      if (!(await isLeftBehind(holder, silence))) throw inUse(folder, holder, silence);
    }
    await removeLeftovers(folder);
    await writeAside(path, text);
  });
  const beating = setInterval(() => void beat(path, own.id, text), BEAT_MILLISECONDS).unref();
  return {
    async check() {
      const holder = await readHolder(path);
      if (!holder || holder.id === own.id) return;
      throw new UserError(
        `run folder ${folder}: was taken over by process ${holder.pid} on ${holder.host}, so this process writes no more. What it had saved stands.`,
      );
    },
    async release() {
      clearInterval(beating);
      if ((await readHolder(path))?.id === own.id) await rm(path, { force: true });
    },
  };
}

/** Whether a process has the run folder open for writing, as far as this machine can see. */
export async function isTraining(folder: string): Promise<boolean> {
  const path = join(folder, "lock.json");
  const holder = await readHolder(path);
  return holder !== undefined && !(await isLeftBehind(holder, await silenceOf(path, Date.now())));
}

async function isLeftBehind({ pid, host, id, start }: Holder, silence: number): Promise<boolean> {
  // Nothing is known of a process elsewhere but its signs of life, which older versions do not give.
  if (host !== hostname()) return id !== undefined && silence > SILENCE_MINUTES * 60_000;
  if (!isAlive(pid)) return true;
  const now = await processStart(pid);
  if (start && now) return !sameStart(start, now);
  return pid === process.pid;
}

function isAlive(pid: number): boolean {
  if (pid <= 0) return false; // to kill, these are groups of processes
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}

function inUse(folder: string, { pid, host, id }: Holder, silence: number): UserError {
  const sign = id === undefined ? "" : `, which gave its last sign of life ${duration(silence / 1000)} ago`;
  const rule =
    host === hostname()
      ? ""
      : id === undefined
        ? " It was locked by an older version, which gives no signs of life."
        : ` After ${SILENCE_MINUTES} minutes without one it counts as gone.`;
  return new UserError(
    `run folder ${folder}: is in use by process ${pid} on ${host}${sign}.${rule} Wait for it, watch it with "benn watch", or, if that process is gone, take the run over with --take-over.`,
  );
}

/** Milliseconds since the lock was written. */
async function silenceOf(path: string, now: number): Promise<number> {
  const written = await stat(path).catch(() => undefined);
  return written ? now - written.mtimeMs : 0;
}

/** Writes the same bytes again, which moves the time of the file. A failed one is made up for by the next. */
async function beat(path: string, id: string, text: string): Promise<void> {
  try {
    if ((await readHolder(path))?.id !== id) return;
    const file = await open(path, "r+");
    try {
      await file.write(text, 0);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch {
    // a disk that is away for a moment
  }
}

/** Undefined: there is no lock, or none that can be read. */
async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return holderJson.safeParse(JSON.parse(await readFile(path, "utf8"))).data;
  } catch {
    return undefined;
  }
}

/** A process is done with a claim in less; one this old was left by a process that was killed at it. */
const CLAIM_MILLISECONDS = 5000;

/**
 * Runs `work` in one process at a time. To make a folder is atomic on every file system, and not all of them have hard links.
 * @param work gets the time by the clock that dates files, which on a network disk is the server's
 */
async function claim(path: string, work: (now: number) => Promise<void>): Promise<void> {
  const folder = `${path}.claim`;
  let seen: number | undefined;
  for (let since = performance.now(); ; await setTimeout(20)) {
    try {
      await mkdir(folder);
      break;
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw fileError(folder, "made", error);
    }
    const made = await stat(folder).catch(() => undefined);
    if (made?.ctimeMs !== seen) since = performance.now();
    seen = made?.ctimeMs;
    if (performance.now() - since > CLAIM_MILLISECONDS) await rmdir(folder).catch(() => undefined);
  }
  try {
    await work((await stat(folder)).mtimeMs);
  } finally {
    await rmdir(folder).catch(() => undefined); // removed by one that took it for an old one
  }
}

/** Removes what processes left that were killed while they wrote a lock. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /^lock\.json\.(\d+)-/.exec(name)?.[1];
    if (name === "lock.json.part" || (pid !== undefined && (Number(pid) === process.pid || !isAlive(Number(pid))))) {
      await rm(join(folder, name), { force: true });
    }
  }
}
