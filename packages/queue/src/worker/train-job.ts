import { createHash } from "node:crypto";
import { type Config, UserError } from "@benn/core";
import type { Emitted, MemberCheckpoint } from "@benn/core/internals";
import { decodeCheckpoint, encodeCheckpoint, encodeTrainedMember, type FromLane, type LaneJob } from "@benn/core/node";
import { type FeedEntry, tell } from "../feed.ts";
import { decodeSampleWeights, decodeWeights } from "../job-blobs.ts";
import { type JobControl, jobControl, type JobResult, type MemberJobData, type Standing, standing } from "../job-schema.ts";
import { BlobError, type BlobRef, type BlobStore } from "../store/blob-store.ts";
import { forgetStart, type HeldJob, mayStart, MOST_STARTS, readStanding, setStanding } from "./job-state.ts";
import type { LanePool, TakenLane } from "./lane-pool.ts";

/** A job, and what its worker has for it. */
export interface JobTask<Data = MemberJobData> extends HeldJob {
  readonly attempt: number;
  readonly data: Data;
  /** Of the worker. */
  readonly worker: string;
  readonly store: BlobStore;
  readonly pool: LanePool;
  /** Adds this machine's parts to a configuration: where its data are, which part of it computes. */
  localize(config: Config): Config;
  /** Calls back with the run's requests to the job, now and whenever they change. @returns a function that ends it */
  listen(jobId: string, onControl: (control: JobControl) => void): () => void;
  /** Aborted when the job no longer belongs to this worker, or is no longer needed. */
  readonly lost: AbortSignal;
  /** Aborted when the worker must end: the member is saved, and the job returns to the queue. */
  readonly leaving: AbortSignal;
}

/** The member was saved, and its job is for another worker. */
export const GIVEN_BACK = "given back";

/**
 * Trains the member of a job in a lane of this machine, from its last state.
 * @throws Error if another attempt may succeed; the job is then tried again
 */
export async function trainJob(task: JobTask): Promise<JobResult | typeof GIVEN_BACK> {
  const { jobId, data, worker, store, pool, lost, leaving } = task;
  const failed = (message: string, stack = ""): JobResult => ({ kind: "failed", isUserError: true, message, stack, worker });
  if (data.store !== store.id) {
    return failed(
      `worker ${worker} has ${store.title}, which is not the store of this run. Start run and workers with the same --store (or all of them without).`,
    );
  }
  let own: Beginning;
  try {
    own = await beginning(task);
  } catch (error) {
    if (error instanceof BlobError) return failed(`member ${data.member}: ${error.message}`);
    throw error;
  }
  const { job, first, events } = own;
  const place = String(job.said);
  if (!(await mayStart(task, place))) {
    return failed(
      `member ${data.member} has ended ${MOST_STARTS} workers at the same place, after ${place} events. Look at what they said last: they may lack memory.`,
    );
  }
  await say(task, { kind: "taken", worker, attempt: task.attempt });

  let taken: TakenLane | undefined;
  let unlisten = (): void => {};
  const onEnd: (() => void)[] = [];
  let isReusable = false;
  try {
    const outcome = await new Promise<Extract<FromLane, { kind: "done" | "failed" }>>((resolve, reject) => {
      const inbox: FromLane[] = [];
      let isAtWork = false;
      /** One step after the other: a checkpoint is stored before the next one is processed. */
      const work = async (): Promise<void> => {
        if (isAtWork) return;
        isAtWork = true;
        for (let message = inbox.shift(); message; message = inbox.shift()) {
          if (message.kind === "event") {
            const { event } = message;
            const isLogged = event.type !== "progress" && event.type !== "control";
            // Not awaited: the server may be unreachable, and training continues.
            say(task, { kind: "event", ...(isLogged ? { nth: first + events.length } : {}), event }).catch(() => {});
            if (isLogged) events.push(event);
          } else if (message.kind === "save") await save(task, message.training, { first, events });
          else resolve(message);
        }
        isAtWork = false;
      };
      const abort = (signal: AbortSignal): void => {
        const why = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
        if (signal.aborted) why();
        signal.addEventListener("abort", why);
        onEnd.push(() => signal.removeEventListener("abort", why));
      };
      abort(lost);
      const listener = {
        message(message: FromLane) {
          inbox.push(message);
          work().catch(reject);
        },
        end: reject,
      };
      const config = task.localize(data.config);
      const key = createHash("sha256")
        .update(JSON.stringify([config, data.data]))
        .digest("hex");
      pool
        .take(key, { config, data: data.data }, listener)
        .then((lane) => {
          taken = lane;
          unlisten = task.listen(jobId, ({ paused, stop, isCancelled }) => {
            if (isCancelled) reject(new Error("the run needs the member no more"));
            else lane.lane.post({ kind: "control", paused, stop: leaving.aborted ? "now" : stop });
          });
          lane.lane.post({ kind: "train", ...job, planned: [] });
          const leave = (): void => lane.lane.post({ kind: "control", paused: false, stop: "now" });
          if (leaving.aborted) leave();
          leaving.addEventListener("abort", leave);
          onEnd.push(() => leaving.removeEventListener("abort", leave));
          return undefined;
        })
        .catch(reject);
    });
    if (outcome.kind === "failed") {
      const { isUserError, message, stack } = outcome;
      if (isUserError) return { kind: "failed", isUserError, message, stack, worker };
      throw Object.assign(new Error(message), { stack });
    }
    if (!outcome.outcome.finished) {
      if (leaving.aborted) await forgetStart(task, place);
      return leaving.aborted ? GIVEN_BACK : { kind: "stopped", worker };
    }
    isReusable = true;
    const bytes = encodeTrainedMember({ member: data.member, outcome: outcome.outcome, events, madeFrom: { job: jobId } });
    return { kind: "done", trained: await store.put(bytes), first, worker };
  } finally {
    unlisten();
    for (const end of onEnd) end();
    await taken?.release(isReusable);
  }
}

async function say({ connection, data, jobId }: JobTask, entry: FeedEntry): Promise<void> {
  await tell(connection, data.run, jobId, entry);
}

/** What the lane receives, and the events that belong to the member's checkpoints and its result: those from number `first` on. */
interface Beginning {
  readonly job: LaneJob;
  readonly first: number;
  readonly events: Emitted[];
}

async function beginning({ jobId, data, connection, store }: JobTask): Promise<Beginning> {
  const [sampleWeights, start] = await Promise.all([store.get(data.sampleWeights), data.start && store.get(data.start)]);
  const given = { member: data.member, sampleWeights: decodeSampleWeights(sampleWeights), start: start && decodeWeights(start) };
  const left = parseStanding(await readStanding({ jobId, connection }));
  const found =
    left &&
    left.first <= data.said &&
    left.said >= data.said &&
    (await readCheckpoint(store, left.checkpoint, data.member).catch(orNothing));
  if (found && left) return { job: { ...given, from: found.training, said: left.said }, first: left.first, events: [...found.events] };
  // A damaged or missing checkpoint costs only time: the member starts where its job did, and reaches the same bytes.
  const from = data.from && (await readCheckpoint(store, data.from, data.member));
  return { job: { ...given, from: from?.training, said: data.said }, first: data.said, events: [] };
}

function orNothing(error: unknown): undefined {
  if (error instanceof UserError) return undefined;
  throw error;
}

async function readCheckpoint(
  store: BlobStore,
  ref: BlobRef,
  member: number,
): Promise<{ readonly training: MemberCheckpoint | undefined; readonly events: readonly Emitted[] }> {
  const { checkpoint, ahead } = decodeCheckpoint(await store.get(ref), `checkpoint ${ref.sha256}`);
  if (checkpoint.member !== member) throw new BlobError(`checkpoint ${ref.sha256}: is of member ${checkpoint.member}.`);
  return { training: checkpoint.training, events: ahead };
}

/** @throws Error if another worker has the job: what this one trains is of no further use */
async function save(task: JobTask, training: MemberCheckpoint, { first, events }: Pick<Beginning, "first" | "events">): Promise<void> {
  const { data, store, lost } = task;
  const bytes = encodeCheckpoint({ checkpoint: { member: data.member, training }, covered: { events: 0 }, ahead: events });
  const checkpoint = await store.put(bytes);
  lost.throwIfAborted();
  const now: Standing = { checkpoint, said: first + events.length, first };
  const old = parseStanding(await setStanding(task, now));
  if (old && old.checkpoint.sha256 !== checkpoint.sha256) await store.remove(old.checkpoint);
  say(task, { kind: "saved" }).catch(() => {});
}

export function parseStanding(text: string | null): Standing | undefined {
  try {
    return standing.parse(JSON.parse(text ?? ""));
  } catch {
    return undefined;
  }
}

export function parseControl(text: string | null): JobControl | undefined {
  try {
    return jobControl.parse(JSON.parse(text ?? ""));
  } catch {
    return undefined;
  }
}
