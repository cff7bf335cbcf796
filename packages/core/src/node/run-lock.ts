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
  /** @throws UserError if another process has taken the run over meanwhile */
  check(): Promise<void>;
  release(): Promise<void>;
}

/** Older versions write only `pid` and `host`, and no heartbeat. */
const holderJson = z.object({
  pid: z.int(),
  host: z.string(),
  /** Identifies this lock. */
  id: z.string().optional(),
  start: z.object({ boot: z.string(), at: z.number() }).optional(),
});
type Holder = z.output<typeof holderJson>;

/** Heartbeat interval, at which the holder rewrites its lock. */
const BEAT_MILLISECONDS = 20_000;
/**
 * A lock of another machine without a heartbeat for this long is stale. Meanwhile a living holder may be in a single long training step.
 */
export const SILENCE_MINUTES = 10;

/**
 * Prevents two processes from writing one run folder. Takes over stale locks: of a process of this machine that no longer exists, of one
 * that had our process id before us (in a container it is the same at every start), and of one of another machine without a heartbeat.
 * @param takeOver takes the lock from any holder; a living one notices before its next write
 * @throws UserError if another process holds it
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

/** Whether a process has the run folder open for writing, as far as this machine can tell. */
export async function isTraining(folder: string): Promise<boolean> {
  const path = join(folder, "lock.json");
  const holder = await readHolder(path);
  return holder !== undefined && !(await isLeftBehind(holder, await silenceOf(path, Date.now())));
}

async function isLeftBehind({ pid, host, id, start }: Holder, silence: number): Promise<boolean> {
  // A process on another machine is known only by its heartbeat, which older versions do not write.
  if (host !== hostname()) return id !== undefined && silence > SILENCE_MINUTES * 60_000;
  if (!isAlive(pid)) return true;
  const now = await processStart(pid);
  if (start && now) return !sameStart(start, now);
  return pid === process.pid;
}

function isAlive(pid: number): boolean {
  if (pid <= 0) return false; // `kill` interprets these as process groups
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

/** Rewrites the same bytes, which updates the file's time. The next beat makes up for a failed one. */
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
    // a disk that is temporarily unavailable
  }
}

/** Undefined if there is no lock, or none that can be read. */
async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return holderJson.safeParse(JSON.parse(await readFile(path, "utf8"))).data;
  } catch {
    return undefined;
  }
}

/** A process needs less time than this for a claim; an older claim was left by a killed process. */
const CLAIM_MILLISECONDS = 5000;

/**
 * Runs `work` in one process at a time. Uses a folder, because creating one is atomic on every file system, and some have no hard links.
 * @param work receives the time by the clock that dates files, which on a network disk is the server's
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
    await rmdir(folder).catch(() => undefined); // removed by a process that took it for a stale one
  }
}

/** Removes files of processes that were killed while they wrote a lock. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /^lock\.json\.(\d+)-/.exec(name)?.[1];
    if (name === "lock.json.part" || (pid !== undefined && (Number(pid) === process.pid || !isAlive(Number(pid))))) {
      await rm(join(folder, name), { force: true });
    }
  }
}
