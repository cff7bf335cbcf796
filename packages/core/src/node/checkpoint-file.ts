import { open } from "node:fs/promises";
import { z } from "zod";
import type { SafetensorsEntry } from "../safetensors.ts";
import type { WeightValues } from "../train/model-weights.ts";
import type { Checkpoint, MemberCheckpoint } from "../train/run-store.ts";
import type { Emitted } from "../train/emitted.ts";
import { UserError } from "../user-error.ts";
import { eventJson } from "./event-json.ts";
import { finiteJson } from "./finite-json.ts";
import { readSealed, writeSealed } from "./sealed-safetensors.ts";
import { upgradeEvent } from "./upgrade-event.ts";

// A single file, so that one rename makes a checkpoint valid: numbers as JSON in the metadata, weights as tensors.

/** Files without this key have format 1: no checksums. */
const FORMAT = 2;

const scalars = z.object({
  format: z.int().default(1),
  member: z.int().min(-1),
  /** Bytes of events.jsonl that the checkpoint covers. */
  events: z.int().min(0),
  /** SHA-256 of those bytes, of the sample weights that the member is trained with, and of experiment.json. */
  eventsSha256: z.string().optional(),
  sampleWeightsSha256: z.string().optional(),
  experimentSha256: z.string().optional(),
  training: z
    .object({
      epoch: z.int().min(0),
      step: z.int().min(0),
      lossSum: z.number(),
      metricSums: z.record(z.string(), z.number()).default({}),
      /** Older checkpoints have this instead of `metricSums`: the number of correctly classified rows. */
      right: z.number().optional(),
      rows: z.number(),
      bestEpoch: z.int().min(-1),
      bestScore: z.number().optional(),
      /** Older checkpoints have this instead of `bestScore`. */
      bestAccuracy: z.number().optional(),
      optimizerStep: z.int().min(0),
      steering: z.object({ factor: z.number().optional(), epochs: z.int().min(1).optional() }).optional(),
      warned: z.array(z.string()).default([]),
    })
    .optional(),
});

const ahead = z.array(z.looseObject({ type: z.string() }));

/** Checksums of other files, which a resumed run verifies. */
export type Covered = Pick<z.output<typeof scalars>, "events" | "eventsSha256" | "sampleWeightsSha256" | "experimentSha256">;

export interface SavedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly covered: Covered;
  /** Events emitted so far by a member that trains ahead of its turn. */
  readonly ahead: readonly Emitted[];
}

// Tensors are named GROUP:WEIGHT; every group but these two is an optimizer slot or `weight-average`.
const OWN_GROUPS = new Set(["weights", "best"]);

/** @throws UserError for a number that JSON cannot hold */
export function encodeCheckpoint({ checkpoint: { member, training }, covered, ahead: events }: SavedCheckpoint): Uint8Array {
  const tensors = new Map<string, SafetensorsEntry>();
  const groups: Readonly<Record<string, WeightValues>> = training
    ? { weights: training.weights, best: training.best, ...training.slots }
    : {};
  for (const [group, weights] of Object.entries(groups)) {
    for (const [name, { shape, values }] of weights) tensors.set(`${group}:${name}`, { dtype: "F32", shape, data: values });
  }
  const benn = { format: FORMAT, member, ...covered, ...(training ? { training: numbersOf(training) } : {}) };
  return writeSealed({
    metadata: {
      benn: finiteJson(benn, `checkpoint of member ${member}`),
      ...(events.length > 0 ? { ahead: `[${events.map(eventJson).join(",")}]` } : {}),
    },
    tensors,
  });
}

function numbersOf({
  weights: _weights,
  best: _best,
  slots: _slots,
  ...numbers
}: MemberCheckpoint): Omit<MemberCheckpoint, "weights" | "best" | "slots"> {
  return numbers;
}

/** @throws UserError if the file is damaged */
export function decodeCheckpoint(bytes: Uint8Array, path: string): SavedCheckpoint {
  const { metadata, tensors, sealed } = readSealed(bytes, path);
  const parsed = scalars.safeParse(parseJson(metadata["benn"]));
  const events = ahead.safeParse(parseJson(metadata["ahead"] ?? "[]"));
  if (!parsed.success || !events.success || (!sealed && parsed.data.format >= 2)) {
    throw new UserError(
      `${path}: is not a checkpoint of a run. The file was damaged; "benn fsck --mend" goes back to the last finished member.`,
    );
  }
  if (parsed.data.format > FORMAT) throw new UserError(`${path}: was written by a later version of benn. Use that version.`);
  const { format: _format, member, training, ...covered } = parsed.data;
  const saved = { covered, ahead: (events.data as unknown as Emitted[]).map((event) => upgradeEvent(event)) };
  if (!training) return { ...saved, checkpoint: { member } };
  const groups: Record<string, Map<string, { shape: readonly number[]; values: Float32Array }>> = {};
  for (const [key, { shape, data }] of tensors) {
    const colon = key.indexOf(":");
    (groups[key.slice(0, colon)] ??= new Map()).set(key.slice(colon + 1), { shape, values: data as Float32Array });
  }
  const { right, metricSums, bestAccuracy = 0, bestScore = bestAccuracy, ...numbers } = training;
  return {
    ...saved,
    checkpoint: {
      member,
      training: {
        ...numbers,
        bestScore,
        metricSums: right === undefined ? metricSums : { accuracy: right },
        weights: groups["weights"] ?? new Map(),
        best: groups["best"] ?? new Map(),
        slots: Object.fromEntries(Object.entries(groups).filter(([name]) => !OWN_GROUPS.has(name))),
      },
    },
  };
}

/** The member of a checkpoint, read from the header alone; undefined if the file is damaged. */
export async function memberOfCheckpoint(path: string): Promise<number | undefined> {
  const file = await open(path, "r").catch(() => undefined);
  try {
    const length = Buffer.alloc(8);
    await file?.read(length, 0, 8, 0);
    const header = Buffer.alloc(Math.min(Number(length.readBigUInt64LE()), MOST_HEADER));
    const read = await file?.read(header, 0, header.length, 8);
    const { __metadata__: metadata } = headerJson.parse(parseJson(header.toString("utf8", 0, read?.bytesRead)));
    return scalars.parse(parseJson(metadata.benn)).member;
  } catch {
    return undefined; // reported when the file is read again and needed
  } finally {
    await file?.close();
  }
}

const headerJson = z.object({ __metadata__: z.object({ benn: z.string() }) });

/** Far more than a header needs, even with the events of a member. */
const MOST_HEADER = 1 << 28;

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return undefined;
  }
}
