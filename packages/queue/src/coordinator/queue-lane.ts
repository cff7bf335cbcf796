import {
  decodeCheckpoint,
  decodeTrainedMember,
  encodeCheckpoint,
  type FromLane,
  type LaneJob,
  type LaneListener,
  type MemberLane,
  type ToLane,
} from "@benn/core/node";
import { Job, type Queue } from "bullmq";
import type { Redis } from "ioredis";
import type { FeedEntry } from "../feed.ts";
import { encodeSampleWeights, encodeWeights } from "../job-blobs.ts";
import { type JobControl, type JobResult, jobResult, type MemberJobData } from "../job-schema.ts";
import { jobKeys } from "../names.ts";
import { BlobError, type BlobRef, type BlobStore } from "../store/blob-store.ts";
import { parseStanding } from "../worker/train-job.ts";
import { EventOrder } from "./event-order.ts";
import type { JobFollower } from "./open-queue.ts";

export interface QueueLaneTask {
  readonly queue: Queue;
  readonly connection: Redis;
  readonly store: BlobStore;
  readonly listener: LaneListener;
  /** The job of a member, without what depends on the member's state. */
  readonly jobOf: (member: number) => Omit<MemberJobData, "sampleWeights" | "start" | "from" | "said">;
  readonly idOf: (data: MemberJobData) => string;
  /** Has what is said of a job passed on to the lane. @returns a function that ends it */
  follow(jobId: string, member: number, follower: JobFollower): () => void;
  /** Seconds between two looks at the job, besides what is said of it. */
  readonly lookSeconds: number;
  /** Seconds that a run which is to stop waits for a server that is away. */
  readonly awaySeconds: number;
  onTaken(news: { readonly member: number; readonly worker: string; readonly attempt: number }): void;
  /** Called with the blobs of a finished member: they are needed until the run has stored it. */
  onDone(jobId: string, blobs: readonly BlobRef[]): void;
}

/** How often a job is tried after failures of the machine, such as a crashed thread. */
const ATTEMPTS = 3;
const WEEK = 7 * 86_400;
/** If a job is not gone by then, another worker takes it over, and is told to cancel too. */
const PATIENCE_MILLISECONDS = 10_000;

/** A lane whose members are jobs. */
export function queueLane(task: QueueLaneTask): MemberLane {
  let control: JobControl = { paused: false, stop: "no", isCancelled: false };
  let own: OwnJob | undefined;
  let closed = false;
  const listener: LaneListener = {
    message: (message) => {
      if (!closed) task.listener.message(message);
    },
    end: (cause) => {
      if (!closed) task.listener.end(cause);
    },
  };
  return {
    post(message: ToLane) {
      if (message.kind === "control") {
        control = { ...control, paused: message.paused, stop: message.stop };
        own?.control(control);
      } else if (message.kind === "train") own = new OwnJob({ ...task, listener }, message, control);
    },
    async close() {
      closed = true;
      await own?.cancel();
    },
  };
}

class OwnJob {
  readonly #task: QueueLaneTask;
  readonly #member: number;
  readonly #job: LaneJob;
  readonly #order: EventOrder;
  /** Processes one message after the other, in the order of arrival. */
  #work: Promise<void> = Promise.resolve();
  #control: JobControl;
  #id: string | undefined;
  #data: MemberJobData | undefined;
  #unfollow: () => void = () => {};
  #looking: NodeJS.Timeout | undefined;
  #lastSave: string | undefined;
  #isOver = false;

  constructor(task: QueueLaneTask, job: LaneJob, control: JobControl) {
    this.#task = task;
    this.#job = job;
    this.#member = job.member;
    this.#control = control;
    this.#order = new EventOrder(job.said, (event) => this.#say({ kind: "event", member: this.#member, event }));
    this.#then(() => this.#begin());
  }

  /** Passes on the run's requests; when the run stops, a member that no worker has started is withdrawn. */
  control(control: JobControl): void {
    this.#control = control;
    if (isStop(control)) this.#endIfAway();
    this.#then(async () => {
      await this.#ask();
      await this.#lookAfter();
    });
  }

  /** A run that is to stop does not wait for a server that may never come back: it has what was saved last. */
  #endIfAway(): void {
    const { connection, awaySeconds } = this.#task;
    let since = performance.now();
    const watching = setInterval(() => {
      if (connection.status === "ready") since = performance.now();
      if (this.#isOver) clearInterval(watching);
      if (this.#isOver || performance.now() - since < 1000 * awaySeconds) return;
      clearInterval(watching);
      this.#end();
      this.#say({ kind: "done", member: this.#member, outcome: { finished: false } });
    }, 100);
  }

  /** Nobody waits for the member any more. Returns when no worker has it, or when the one that has it has been silent for a while. */
  async cancel(): Promise<void> {
    if (this.#isOver) return;
    const patience = new Promise<void>((resolve) => setTimeout(resolve, PATIENCE_MILLISECONDS).unref());
    await Promise.race([this.#cancelled().catch(() => {}), patience]);
    this.#end();
  }

  async #cancelled(): Promise<void> {
    await this.#work;
    if (this.#isOver || this.#id === undefined) return;
    this.#control = { ...this.#control, isCancelled: true };
    await this.#ask();
    for (;;) {
      const job = await Job.fromId(this.#task.queue, this.#id);
      if (!job || (await this.#remove(job))) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  #then(work: () => Promise<void>): void {
    this.#work = this.#after(this.#work, work);
  }

  async #after(before: Promise<void>, work: () => Promise<void>): Promise<void> {
    await before;
    if (this.#isOver) return;
    try {
      await work();
    } catch (error) {
      this.#end();
      this.#task.listener.end(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #say(message: FromLane): void {
    this.#task.listener.message(message);
  }

  async #begin(): Promise<void> {
    const { store, queue, jobOf, idOf, follow } = this.#task;
    const { member, sampleWeights, start, from, said } = this.#job;
    const checkpoint = from && encodeCheckpoint({ checkpoint: { member, training: from }, covered: { events: 0 }, ahead: [] });
    const data: MemberJobData = {
      ...jobOf(member),
      sampleWeights: await store.put(encodeSampleWeights(sampleWeights)),
      ...(start ? { start: await store.put(encodeWeights(start)) } : {}),
      ...(checkpoint ? { from: await store.put(checkpoint) } : {}),
      said,
    };
    let id = idOf(data);
    const add = async (jobId: string): Promise<MemberJobData> => {
      await queue.add("member", data, {
        jobId,
        attempts: ATTEMPTS,
        backoff: { type: "exponential", delay: 5000 },
        removeOnComplete: { age: 4 * WEEK },
        removeOnFail: { age: WEEK },
      });
      // An existing job is not added again: it continues from when this run was coordinated before.
      return ((await Job.fromId(queue, jobId)) ?? { data }).data as MemberJobData;
    };
    let found = await add(id);
    if (found.said > said) {
      // The run knows fewer events than the job started with, for example because its folder was restored from a copy.
      id = `${id}-${said}`;
      found = await add(id);
    }
    this.#id = id;
    this.#data = found;
    await this.#ask();
    this.#unfollow = follow(id, member, {
      said: (entry) => this.#then(() => this.#hear(entry)),
      settled: () => this.#then(() => this.#look()),
    });
    this.#looking = setInterval(() => this.#then(() => this.#lookAfter()), 1000 * this.#task.lookSeconds);
    await this.#lookAfter();
  }

  async #hear(entry: FeedEntry): Promise<void> {
    if (entry.kind === "saved") return await this.#takeStanding();
    if (entry.kind === "taken") return this.#task.onTaken({ member: this.#member, worker: entry.worker, attempt: entry.attempt });
    const { event, nth } = entry;
    if (nth === undefined) this.#say({ kind: "event", member: this.#member, event });
    else this.#order.live(nth, event);
  }

  /** Copies the newest checkpoint into the run's folder. */
  async #takeStanding(): Promise<void> {
    const { connection, store } = this.#task;
    const now = parseStanding(await connection.hget(jobKeys(this.#id ?? "").state, "standing"));
    if (!now || now.checkpoint.sha256 === this.#lastSave || now.said < this.#job.said) return;
    try {
      const { checkpoint, ahead } = decodeCheckpoint(await store.get(now.checkpoint), `checkpoint ${now.checkpoint.sha256}`);
      if (!checkpoint.training || checkpoint.member !== this.#member) return;
      this.#lastSave = now.checkpoint.sha256;
      this.#order.all(now.first, ahead);
      this.#say({ kind: "save", member: this.#member, training: checkpoint.training });
    } catch (error) {
      if (!(error instanceof BlobError)) throw error; // a newer one has replaced it, or it will be made again
    }
  }

  async #lookAfter(): Promise<void> {
    await this.#look();
    if (!this.#isOver && isStop(this.#control)) await this.#takeBack();
  }

  /** Checks whether the job has ended, and how. */
  async #look(): Promise<void> {
    const { queue } = this.#task;
    const id = this.#id ?? "";
    const state = await queue.getJobState(id); // before the job is read, so that a finished job has its result
    const job = await Job.fromId(queue, id);
    if (!job) {
      this.#end();
      throw new Error(`member ${this.#member}: its job was removed from the queue. Resume the run to queue it again.`);
    }
    if (state === "failed") {
      await this.#clear(job);
      const { failedReason } = job;
      this.#end();
      this.#say({
        kind: "failed",
        member: this.#member,
        isUserError: false,
        message: `member ${this.#member} failed on the workers, ${job.attemptsMade} times: ${failedReason}`,
        stack: (job.stacktrace ?? []).join("\n"),
      });
    } else if (state === "completed") await this.#settle(job, jobResult.parse(job.returnvalue));
  }

  async #settle(job: Job, result: JobResult): Promise<void> {
    const member = this.#member;
    if (result.kind === "done") {
      const trained = await this.#readTrained(result.trained);
      if (!trained) return await this.#trainAgain(job);
      this.#order.all(result.first, trained.events);
      const now = parseStanding(await this.#task.connection.hget(jobKeys(this.#id ?? "").state, "standing"));
      const { from } = this.#data ?? {};
      this.#task.onDone(this.#id ?? "", [result.trained, ...(now ? [now.checkpoint] : []), ...(from ? [from] : [])]);
      this.#end();
      this.#say({ kind: "done", member, outcome: trained.outcome });
      return;
    }
    await this.#takeStanding();
    await this.#clear(job);
    this.#end();
    if (result.kind === "stopped") this.#say({ kind: "done", member, outcome: { finished: false } });
    else {
      const { isUserError, message, stack, worker } = result;
      this.#say({ kind: "failed", member, isUserError, message: `${message.replace(/\.?$/, ".")} (On worker ${worker}.)`, stack });
    }
  }

  async #readTrained(ref: BlobRef): Promise<ReturnType<typeof decodeTrainedMember> | undefined> {
    try {
      const trained = decodeTrainedMember(await this.#task.store.get(ref), `member ${this.#member} of the queue`);
      return trained.member === this.#member ? trained : undefined;
    } catch (error) {
      if (error instanceof BlobError) return undefined;
      throw error;
    }
  }

  /** A worker's result is damaged or missing: the member is trained again, to the same bytes. */
  async #trainAgain(job: Job): Promise<void> {
    clearInterval(this.#looking);
    this.#unfollow();
    await this.#clear(job);
    await this.#begin();
  }

  /** Withdraws the member if no worker has it. */
  async #takeBack(): Promise<void> {
    const job = this.#id === undefined ? undefined : await Job.fromId(this.#task.queue, this.#id);
    if (!job) return;
    const state = await job.getState();
    if (state === "completed" || state === "failed" || !(await this.#remove(job))) return; // its end is reported separately
    await this.#takeStanding();
    this.#end();
    this.#say({ kind: "done", member: this.#member, outcome: { finished: false } });
  }

  /** @returns false while a worker has it */
  async #remove(job: Job): Promise<boolean> {
    try {
      await job.remove();
      return true;
    } catch {
      return false;
    }
  }

  async #clear(job: Job): Promise<void> {
    await this.#remove(job);
    const { state, control } = jobKeys(job.id ?? "");
    await this.#task.connection.hdel(
      state,
      ...(await this.#task.connection.hkeys(state)).filter((key) => key.startsWith("starts-")),
      "none",
    );
    await this.#task.connection.del(control);
  }

  async #ask(): Promise<void> {
    if (this.#id === undefined) return;
    const { control } = jobKeys(this.#id);
    await this.#task.connection.set(control, JSON.stringify(this.#control), "EX", WEEK);
    await this.#task.connection.publish(control, "changed");
  }

  #end(): void {
    this.#isOver = true;
    clearInterval(this.#looking);
    this.#unfollow();
  }
}

/** Whether members in training are to stop. */
function isStop({ stop }: JobControl): boolean {
  return stop === "now" || stop === "after-epoch";
}
