import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Config, type RunEvent, UserError } from "@benn/core";
import { tell } from "../feed.ts";
import { type RunJobData, type RunResult, type RunStanding, runStanding } from "../job-schema.ts";
import type { FromRunThread, ToRunThread } from "../run/run-messages.ts";
import {
  getSnapshot,
  putSnapshot,
  readFolder,
  removeSnapshot,
  restoreSnapshot,
  type Snapshot,
  type Stamps,
  stampsOf,
} from "../run/run-snapshot.ts";
import { BlobError } from "../store/blob-store.ts";
import { forgetStart, mayStart, MOST_STARTS, readStanding, setStanding } from "./job-state.ts";
import { GIVEN_BACK, type JobTask } from "./train-job.ts";

/** A whole run, for a thread of this machine. */
export interface RunPlan {
  readonly config: Config;
  /** Where the run's folder is to be made, or lies already if `resume` says so. */
  readonly folder: string;
  readonly resume: boolean;
  /** Of this worker's, from 0: which part of the machine it has. */
  readonly slot: number;
}

export interface RunListener {
  message(message: FromRunThread): void;
  /** The thread died. */
  end(cause: Error): void;
}

export interface RunThread {
  post(message: ToRunThread): void;
  /** Ends it where it is. */
  close(): Promise<void>;
}

/** Opens a thread whose module calls `serveRun`. */
export type OpenRun = (plan: RunPlan, listener: RunListener) => RunThread;

export interface RunTask extends Omit<JobTask<RunJobData>, "localize"> {
  readonly openRun: OpenRun;
  /** What could not be written for now, and is tried again. */
  onTrouble(message: string): void;
}

/** Events of a run that are told on, besides those that say how far it is. */
const LIVE_MILLISECONDS = 5000;

/**
 * Trains the run of a job in a folder of this machine, from where the last worker left it, and keeps snapshots of the folder in the store.
 * @throws Error for what another attempt may do better; the job is then tried again
 */
export async function trainRunJob(task: RunTask): Promise<RunResult | typeof GIVEN_BACK> {
  const { jobId, data, worker, store, pool, connection, lost, leaving } = task;
  const failed = (message: string, stack = ""): RunResult => ({ kind: "failed", isUserError: true, message, stack, worker });
  if (data.store !== store.id) {
    return failed(
      `worker ${worker} has ${store.title}, which is not the store of this run. Start sweep and workers with the same --store (or all of them without).`,
    );
  }
  const place = await mkdtemp(join(tmpdir(), "benn-run-"));
  const part = await pool.reserve();
  const onEnd: (() => void)[] = [];
  let thread: RunThread | undefined;
  try {
    const folder = join(place, data.name);
    const before = await beginning(task, folder);
    const at = before?.blob.sha256.slice(0, 16) ?? "none";
    if (!(await mayStart(task, at))) {
      return failed(
        `the run has ended ${MOST_STARTS} workers at the same place, ${before ? "one snapshot of it" : "its beginning"}. Look at what they said last: they may lack memory.`,
      );
    }
    await tell(connection, data.run, jobId, { kind: "taken", worker, attempt: task.attempt });
    const keeper = new SnapshotKeeper(task, folder, before);
    const end = await new Promise<Extract<FromRunThread, { kind: "end" | "failed" }>>((resolve, reject) => {
      const why = (): void => reject(lost.reason instanceof Error ? lost.reason : new Error(String(lost.reason)));
      if (lost.aborted) return why();
      lost.addEventListener("abort", why);
      onEnd.push(() => lost.removeEventListener("abort", why));
      const said = teller(task);
      const listener: RunListener = {
        message(message) {
          if (message.kind === "event") {
            said(message.event);
            keeper.whenDue(() => thread?.post({ kind: "rest" }));
          } else if (message.kind === "rests") keeper.keep(() => thread?.post({ kind: "go-on" })).catch(reject);
          else resolve(message);
        },
        end: reject,
      };
      thread = task.openRun(
        { config: asConfig(data), folder: before ? folder : place, resume: before !== undefined, slot: part.slot },
        listener,
      );
      const control = { paused: false, stop: "no" } as const;
      const leave = (): void => thread?.post({ kind: "control", ...control, stop: "now" });
      const unlisten = task.listen(jobId, ({ paused, stop, isCancelled }) => {
        if (isCancelled) reject(new Error("the run was cancelled"));
        else thread?.post({ kind: "control", paused, stop: leaving.aborted ? "now" : stop });
      });
      onEnd.push(unlisten);
      if (leaving.aborted) leave();
      leaving.addEventListener("abort", leave);
      onEnd.push(() => leaving.removeEventListener("abort", leave));
    });
    if (end.kind === "failed") {
      await keeper.last().catch(() => {}); // what it was saved as before still stands
      const { isUserError, message, stack } = end;
      if (isUserError) return { kind: "failed", isUserError, message: message.replaceAll(folder, data.name), stack, worker };
      throw Object.assign(new Error(message), { stack });
    }
    const snapshot = await keeper.last();
    if (end.reason === "interrupted") {
      if (leaving.aborted) await forgetStart(task, at);
      return leaving.aborted ? GIVEN_BACK : { kind: "stopped", worker };
    }
    if (!snapshot) throw new Error("the run ended without a folder");
    return { kind: "done", snapshot, reason: end.reason, worker };
  } finally {
    for (const undo of onEnd) undo();
    await thread?.close();
    part.release();
    await rm(place, { recursive: true, force: true });
  }
}

/** With the name of the run's folder. */
function asConfig({ config, name }: RunJobData): Config {
  return { ...config, name };
}

/** Where a run stands: a snapshot, and the snapshot's own blob. */
interface Kept {
  readonly snapshot: Snapshot;
  readonly blob: RunStanding["snapshot"];
}

interface Beginning extends Kept {
  /** Of the files as they were restored. */
  readonly stamps: Stamps;
  readonly savedAt: number;
}

/** Puts what the last worker left into the folder. What is damaged or gone costs time alone: the run begins anew, and comes to the same bytes. */
async function beginning(task: RunTask, folder: string): Promise<Beginning | undefined> {
  const standing = parseRunStanding(await readStanding(task));
  if (!standing) return undefined;
  try {
    const snapshot = await getSnapshot(task.store, standing.snapshot, task.jobId);
    await restoreSnapshot(task.store, snapshot, folder);
    return { snapshot, blob: standing.snapshot, stamps: await stampsOf(folder), savedAt: await savedAt(folder) };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    if (!(error instanceof BlobError)) throw error;
    task.onTrouble(`${error.message} The run ${task.data.name} begins anew.`);
    return undefined;
  }
}

export function parseRunStanding(text: string | null): RunStanding | undefined {
  try {
    return runStanding.parse(JSON.parse(text ?? ""));
  } catch {
    return undefined;
  }
}

/** Tells the events of a run on: all that are rare, and of the others the newest every few seconds. */
function teller({ connection, data, jobId }: RunTask): (event: RunEvent) => void {
  let last = -Infinity;
  return (event) => {
    const isFrequent = event.type === "step" || event.type === "progress" || event.type === "bits" || event.type === "score";
    if (isFrequent && performance.now() - last < LIVE_MILLISECONDS) return;
    if (isFrequent) last = performance.now();
    // Not waited for: the server may be away, and the run goes on.
    tell(connection, data.run, jobId, { kind: "event", event }).catch(() => {});
  };
}

/** Keeps the newest snapshot of a run's folder in the store, and no older one. */
class SnapshotKeeper {
  readonly #task: RunTask;
  readonly #folder: string;
  #stamps: Stamps;
  #now: Kept | undefined;
  /** A snapshot is on its way to the store. */
  #putting: Promise<void> | undefined;
  #keptAt = performance.now();
  /** Time of the run's own checkpoint that the newest snapshot has: without a newer one a snapshot would be no progress. */
  #checkpoint: number;
  #isAsked = false;

  constructor(task: RunTask, folder: string, before: Beginning | undefined) {
    this.#task = task;
    this.#folder = folder;
    this.#now = before;
    this.#stamps = before?.stamps ?? new Map();
    this.#checkpoint = before?.savedAt ?? 0;
  }

  /** Calls `rest` when there is something new to keep: the run has saved, and the last snapshot is old enough. */
  whenDue(rest: () => void): void {
    if (this.#isAsked || this.#putting || performance.now() - this.#keptAt < 1000 * this.#task.data.snapshotSeconds) return;
    this.#isAsked = true;
    savedAt(this.#folder)
      .then((at) => {
        if (at > this.#checkpoint) rest();
        else this.#isAsked = false;
        return undefined;
      })
      .catch(() => (this.#isAsked = false));
  }

  /** Reads the folder, and puts what has changed into the store while the run goes on. */
  async keep(goOn: () => void): Promise<void> {
    const checkpoint = await savedAt(this.#folder);
    const contents = await readFolder(this.#folder, this.#stamps);
    goOn();
    this.#putting = this.#put(contents)
      .then(() => void (this.#checkpoint = checkpoint))
      .finally(() => {
        this.#putting = undefined;
        this.#isAsked = false;
        this.#keptAt = performance.now();
      });
    try {
      await this.#putting;
    } catch (error) {
      // A full store may have room again: the snapshot before stands.
      if (!(error instanceof UserError)) throw error;
      this.#task.onTrouble(`${error.message} The last snapshot of ${this.#task.data.name} stands; the next one is tried in its turn.`);
    }
  }

  /** The folder as it is now that nothing writes it any more. */
  async last(): Promise<RunStanding["snapshot"] | undefined> {
    await this.#putting?.catch(() => {});
    if (!existsSync(join(this.#folder, "experiment.json"))) return this.#now?.blob;
    await this.#put(await readFolder(this.#folder, this.#stamps));
    return this.#now?.blob;
  }

  async #put(contents: Awaited<ReturnType<typeof readFolder>>): Promise<void> {
    const { jobId, store, lost, connection, data } = this.#task;
    const before = this.#now;
    const now = await putSnapshot(contents, before?.snapshot, { job: jobId, store });
    lost.throwIfAborted();
    await setStanding(this.#task, { snapshot: now.blob } satisfies RunStanding);
    this.#stamps = contents.stamps;
    this.#now = now;
    if (before && before.blob.sha256 !== now.blob.sha256) {
      await removeSnapshot(store, before.snapshot, now.snapshot);
      await store.remove(before.blob);
    }
    tell(connection, data.run, jobId, { kind: "saved" }).catch(() => {});
  }
}

/** When the run last saved, or one of its members did; 0 before that. */
async function savedAt(folder: string): Promise<number> {
  const place = join(folder, "checkpoint");
  const files = await readdir(place).catch(() => []);
  const times = await Promise.all(files.map(async (name) => (await stat(join(place, name)).catch(() => undefined))?.mtimeMs ?? 0));
  return Math.max(0, ...times);
}
