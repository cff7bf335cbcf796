import { z } from "@benn/core";
import { SAFE_NAME } from "./names.ts";
import { blobRef } from "./store/blob-store.ts";

// The messages of the queue. The reader does not trust the writer: every value is checked here, and the configuration when it is resolved,
// with the plugins that the reader was started with. Nothing names a path, a package or code.

const count = z.int().min(0);
const json = z.record(z.string(), z.unknown());

/** Of the run or of the sweep, among all: what its jobs say goes to the stream of that name. */
const feed = z.string().regex(/^[0-9a-f]{32}$/);

/** One member of a run, to be trained. */
export const memberJob = z.strictObject({
  kind: z.literal("member"),
  /** Format of a job: incremented with each change that an earlier worker would misinterpret. */
  format: z.literal(1),
  run: feed,
  name: z.string().regex(SAFE_NAME),
  member: count,
  /** From `portableConfig`. */
  config: json,
  /** The identity that the data must have. */
  data: z.strictObject({
    provenance: json,
    facts: z.strictObject({
      shape: z.tuple([count, count, count]),
      labels: z.array(z.string()),
      rows: z.strictObject({ train: count, validation: count.optional(), test: count }),
      preprocessing: z.string().optional(),
    }),
  }),
  /** [training rows], float64. */
  sampleWeights: blobRef,
  /** Initial weights, instead of fresh ones. */
  start: blobRef.optional(),
  /** A checkpoint to resume from. */
  from: blobRef.optional(),
  /** How many events of the member are known before it starts there. */
  said: count,
  /** The id of the store that contains the blobs. */
  store: z.string().max(100),
});
export type MemberJobData = z.output<typeof memberJob>;

/** A whole run, to be trained: a chain of members, or a run of a sweep. */
export const runJob = z.strictObject({
  kind: z.literal("run"),
  /** Of a job: raised with each change that a worker of before would take amiss. */
  format: z.literal(1),
  run: feed,
  name: z.string().regex(SAFE_NAME),
  /** Of `portableConfig`. */
  config: json,
  /** Seconds between two snapshots of the run's folder, at least. */
  snapshotSeconds: z.number().min(0),
  /** Which store the blobs are in: its id. */
  store: z.string().max(100),
});
export type RunJobData = z.output<typeof runJob>;

/** What a worker may find in the queue. */
export const anyJob = z.discriminatedUnion("kind", [memberJob, runJob]);
export type JobData = z.output<typeof anyJob>;

/**
 * The state of a member that a worker trains: the newest checkpoint, the number of the member's events that it covers, and the number of
 * the first event in it.
 */
export const standing = z.strictObject({ checkpoint: blobRef, said: count, first: count });
export type Standing = z.output<typeof standing>;

/** Where a whole run stands: the newest snapshot of its folder. */
export const runStanding = z.strictObject({ snapshot: blobRef });
export type RunStanding = z.output<typeof runStanding>;

const worker = z.string().max(200);

/** The result of a job. */
export const jobResult = z.discriminatedUnion("kind", [
  /** `first`: the number of the first event in `trained`. */
  z.strictObject({ kind: z.literal("done"), trained: blobRef, first: count, worker }),
  /** On request of the run: the state of the member is its last checkpoint. */
  z.strictObject({ kind: z.literal("stopped"), worker }),
  /** An error that would occur on any worker, mainly a mistake of the user. */
  z.strictObject({ kind: z.literal("failed"), isUserError: z.boolean(), message: z.string(), stack: z.string(), worker }),
]);
export type JobResult = z.output<typeof jobResult>;

/** What a worker made of a whole run. */
export const runResult = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("done"), snapshot: blobRef, reason: z.string().max(100), worker }),
  /** Somebody asked for it: the run stands where its snapshot says. */
  z.strictObject({ kind: z.literal("stopped"), worker }),
  z.strictObject({ kind: z.literal("failed"), isUserError: z.boolean(), message: z.string(), stack: z.string(), worker }),
]);
export type RunResult = z.output<typeof runResult>;

/** What a run asks of the worker that has a job of it. */
export const jobControl = z.strictObject({
  paused: z.boolean(),
  stop: z.enum(["no", "after-member", "after-epoch", "now"]),
  /** The member is no longer needed: it is abandoned without saving. */
  isCancelled: z.boolean(),
});
export type JobControl = z.output<typeof jobControl>;

/** The record that a living worker publishes. */
export const workerRecord = z.strictObject({
  name: worker,
  host: z.string().max(300),
  version: z.string().max(100),
  /** Byte class. */
  className: z.string().max(200),
  lanes: count,
});
export type WorkerRecord = z.output<typeof workerRecord>;
