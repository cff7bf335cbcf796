import { Job } from "bullmq";
import type { RunEvent } from "@benn/core";
import type { FeedEntry } from "../feed.ts";
import { type RunJobData, type RunResult, runResult, type RunStanding } from "../job-schema.ts";
import { jobKeys } from "../names.ts";
import { FolderMirror } from "../run/folder-mirror.ts";
import { getSnapshot, putSnapshot, readFolder, removeSnapshot } from "../run/run-snapshot.ts";
import { BlobError } from "../store/blob-store.ts";
import { forgetStarts, readStanding } from "../worker/job-state.ts";
import { parseRunStanding } from "../worker/train-run-job.ts";
import type { OpenQueue } from "./open-queue.ts";
import type { RunNews, RunOutcome } from "./run-news.ts";

type OwnNews =
  Exclude<RunNews, { kind: "over" | "message" }> extends infer News ? (News extends unknown ? Omit<News, "run"> : never) : never;

export interface QueuedRunTask {
  readonly opened: OpenQueue;
  readonly data: RunJobData;
  readonly jobId: string;
  /** Where the run is brought to. */
  readonly folder: string;
  /** Whether there is something of the run already: what a lost queue held last. */
  readonly hasFolder: boolean;
  readonly lookSeconds: number;
  onNews(news: OwnNews): void;
}

/** A job that is tried again after failures of the machine, such as a thread that dies. */
const ATTEMPTS = 3;
const WEEK = 7 * 86_400;

/** A whole run in the queue, as its coordinator follows it. */
export class QueuedRun {
  readonly #task: QueuedRunTask;
  readonly #mirror: FolderMirror;
  readonly over: Promise<RunOutcome>;
  #settle: (outcome: RunOutcome) => void = () => {};
  #fail: (error: unknown) => void = () => {};
  /** One thing after the other, in the order in which it was heard of. */
  #work: Promise<void> = Promise.resolve();
  #isOver = false;
  #unfollow: () => void = () => {};
  #looking: NodeJS.Timeout | undefined;

  constructor(task: QueuedRunTask) {
    this.#task = task;
    this.#mirror = new FolderMirror(task.folder, task.opened.store);
    this.over = new Promise((resolve, reject) => {
      this.#settle = resolve;
      this.#fail = reject;
    });
    this.over.catch(() => {}); // whoever waits for it hears of it
  }

  /** Puts the run into the queue, or finds it there. A run that failed before is tried again. */
  async begin(): Promise<void> {
    const { opened, jobId, lookSeconds, onNews } = this.#task;
    const { queue } = opened;
    await this.#giveWhatIsThere();
    const before = await Job.fromId(queue, jobId);
    if (before && (await this.#hasFailed(before))) await this.#remove(before);
    const isNew = !before || (await Job.fromId(queue, jobId)) === undefined;
    await this.#add();
    if (isNew) onNews({ kind: "queued" });
    this.#unfollow = opened.follow(jobId, {
      said: (entry) => this.#then(() => this.#hear(entry)),
      settled: () => this.#then(() => this.#look()),
    });
    this.#looking = setInterval(() => this.#then(() => this.#look()), 1000 * lookSeconds);
    this.#then(() => this.#look());
  }

  /** Follows the run no longer; what trains it goes on. */
  leave(): void {
    this.#isOver = true;
    clearInterval(this.#looking);
    this.#unfollow();
  }

  async #add(): Promise<void> {
    await this.#task.opened.queue.add("run", this.#task.data, {
      jobId: this.#task.jobId,
      attempts: ATTEMPTS,
      backoff: { type: "exponential", delay: 5000 },
      removeOnComplete: { age: 4 * WEEK },
      removeOnFail: { age: 4 * WEEK },
    });
  }

  /** What a queue that was lost held last lies in the run's folder: the run goes on from there. */
  async #giveWhatIsThere(): Promise<void> {
    const { opened, jobId, folder, hasFolder } = this.#task;
    const { commands, store } = opened;
    if (!hasFolder || parseRunStanding(await readStanding({ jobId, connection: commands }))) return;
    const contents = await readFolder(folder, new Map());
    if (!contents.stamps.has("experiment.json")) return;
    const { blob } = await putSnapshot(contents, undefined, { job: jobId, store });
    await commands.hsetnx(jobKeys(jobId).state, "standing", JSON.stringify({ snapshot: blob } satisfies RunStanding));
    await commands.expire(jobKeys(jobId).state, 4 * WEEK);
  }

  async #hasFailed(job: Job): Promise<boolean> {
    const state = await job.getState();
    if (state === "failed") return true;
    return state === "completed" && runResult.safeParse(job.returnvalue).data?.kind !== "done";
  }

  #then(work: () => Promise<void>): void {
    const after = async (before: Promise<void>): Promise<void> => {
      await before;
      if (this.#isOver) return;
      try {
        await work();
      } catch (error) {
        if (this.#isOver) return;
        this.leave();
        this.#fail(error);
      }
    };
    this.#work = after(this.#work);
  }

  #end(outcome: RunOutcome): void {
    this.leave();
    this.#settle(outcome);
  }

  async #hear(entry: FeedEntry): Promise<void> {
    const { onNews } = this.#task;
    if (entry.kind === "taken") onNews({ kind: "taken", worker: entry.worker, attempt: entry.attempt });
    else if (entry.kind === "event") onNews({ kind: "event", event: entry.event as RunEvent });
    else if (await this.#bring()) onNews({ kind: "saved" });
  }

  /** Brings the run's folder to where its newest snapshot is. @returns false where another has taken its place meanwhile */
  async #bring(): Promise<boolean> {
    const { opened, jobId } = this.#task;
    const standing = parseRunStanding(await readStanding({ jobId, connection: opened.commands }));
    if (!standing) return false;
    try {
      await this.#mirror.take(await getSnapshot(opened.store, standing.snapshot, jobId));
      return true;
    } catch (error) {
      if (error instanceof BlobError) return false;
      throw error;
    }
  }

  async #look(): Promise<void> {
    const { opened, jobId } = this.#task;
    const state = await opened.queue.getJobState(jobId); // before the job is read: it ends with its result in place
    const job = await Job.fromId(opened.queue, jobId);
    if (!job) {
      await this.#bring();
      return this.#end({ state: "removed" });
    }
    if (state === "failed") {
      await this.#bring();
      this.#end({
        state: "failed",
        message: `failed on the workers, ${job.attemptsMade} times: ${job.failedReason}`,
        stack: (job.stacktrace ?? []).join("\n"),
      });
    } else if (state === "completed") await this.#take(job, runResult.parse(job.returnvalue));
  }

  async #take(job: Job, result: RunResult): Promise<void> {
    const { opened, jobId } = this.#task;
    const { store, commands } = opened;
    if (result.kind !== "done") {
      await this.#bring();
      if (result.kind === "stopped") return this.#end({ state: "stopped" });
      const { message, stack, worker } = result;
      return this.#end({ state: "failed", message: `${message.replace(/\.?$/, ".")} (On worker ${worker}.)`, stack });
    }
    try {
      const snapshot = await getSnapshot(store, result.snapshot, jobId);
      await this.#mirror.take(snapshot);
      await removeSnapshot(store, snapshot);
      await store.remove(result.snapshot);
    } catch (error) {
      if (!(error instanceof BlobError)) throw error;
      // What a worker trained is damaged or gone: it is trained anew, to the same bytes.
      this.#task.onNews({ kind: "queued" });
      await commands.hdel(jobKeys(jobId).state, "standing");
      await this.#remove(job);
      return await this.#add();
    }
    await this.#remove(job);
    const { state, control } = jobKeys(jobId);
    await commands.del(state, control);
    this.#end({ state: "done", worker: result.worker, reason: result.reason });
  }

  async #remove(job: Job): Promise<void> {
    const { opened, jobId } = this.#task;
    await job.remove().catch(() => {}); // a worker has it again already
    await forgetStarts({ jobId, connection: opened.commands });
    await opened.commands.del(jobKeys(jobId).control);
  }
}
