import { z } from "@benn/core";
import { SAFE_NAME } from "./names.ts";
import { blobRef } from "./store/blob-store.ts";

// What goes through the queue. Whoever reads it does not trust who wrote it: every value is checked here, and the configuration by whoever
// resolves it, with the plugins that the reader was started with. Nothing names a path, a package or code.

const count = z.int().min(0);
const json = z.record(z.string(), z.unknown());

/** One member of a run, to be trained. */
export const memberJob = z.strictObject({
  kind: z.literal("member"),
  /** Of a job: raised with each change that a worker of before would take amiss. */
  format: z.literal(1),
  /** Of the run, among all: what its members say goes to the stream of that name. */
  run: z.string().regex(/^[0-9a-f]{32}$/),
  name: z.string().regex(SAFE_NAME),
  member: count,
  /** Of `portableConfig`. */
  config: json,
  /** What the data have to be. */
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
  /** Weights to begin with, instead of fresh ones. */
  start: blobRef.optional(),
  /** A checkpoint to go on from. */
  from: blobRef.optional(),
  /** How many events of the member are known before it begins there. */
  said: count,
  /** Which store the blobs are in: its id. */
  store: z.string().max(100),
});
export type MemberJobData = z.output<typeof memberJob>;

/**
 * Where a member stands that a worker trains: the newest checkpoint, how many of the member's events it covers, and the number of the first one
 * that is in it.
 */
export const standing = z.strictObject({ checkpoint: blobRef, said: count, first: count });
export type Standing = z.output<typeof standing>;

const worker = z.string().max(200);

/** What a worker made of a job. */
export const jobResult = z.discriminatedUnion("kind", [
  /** `first`: the number of the first event that is in `trained`. */
  z.strictObject({ kind: z.literal("done"), trained: blobRef, first: count, worker }),
  /** The run asked for it: the member is where its last checkpoint says. */
  z.strictObject({ kind: z.literal("stopped"), worker }),
  /** What no other worker would do better: a mistake of the user's above all. */
  z.strictObject({ kind: z.literal("failed"), isUserError: z.boolean(), message: z.string(), stack: z.string(), worker }),
]);
export type JobResult = z.output<typeof jobResult>;

/** What a run asks of the worker that has a job of it. */
export const jobControl = z.strictObject({
  paused: z.boolean(),
  stop: z.enum(["no", "after-member", "after-epoch", "now"]),
  /** Nobody waits for the member any more: it is left without saving. */
  isCancelled: z.boolean(),
});
export type JobControl = z.output<typeof jobControl>;

/** A worker, as it tells of itself while it lives. */
export const workerRecord = z.strictObject({
  name: worker,
  host: z.string().max(300),
  version: z.string().max(100),
  /** Of bytes. */
  className: z.string().max(200),
  lanes: count,
});
export type WorkerRecord = z.output<typeof workerRecord>;
