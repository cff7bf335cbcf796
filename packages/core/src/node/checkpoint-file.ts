import { z } from "zod";
import { readSafetensors, type SafetensorsEntry, writeSafetensors } from "../safetensors.ts";
import type { WeightValues } from "../train/model-weights.ts";
import type { Checkpoint } from "../train/run-store.ts";
import type { Emitted } from "../train/train-member.ts";
import { UserError } from "../user-error.ts";
import { upgradeEvent } from "./upgrade-event.ts";

// One file, so that one rename makes a checkpoint valid: numbers as JSON in the metadata, weights as tensors.

const scalars = z.object({
  member: z.int().min(-1),
  /** Bytes of events.jsonl that the checkpoint covers. */
  events: z.int().min(0),
  training: z
    .object({
      epoch: z.int().min(0),
      step: z.int().min(0),
      lossSum: z.number(),
      metricSums: z.record(z.string(), z.number()).default({}),
      /** What older checkpoints have in place of `metricSums`: rows classified right. */
      right: z.number().optional(),
      rows: z.number(),
      bestEpoch: z.int().min(-1),
      bestAccuracy: z.number(),
      optimizerStep: z.int().min(0),
    })
    .optional(),
});

// Tensors are named GROUP:WEIGHT; every group but these two is a slot of the optimizer.
const OWN_GROUPS = new Set(["weights", "best"]);

/** @param ahead what a member that trains ahead of its turn has said so far */
export function encodeCheckpoint({ member, training }: Checkpoint, events: number, ahead: readonly Emitted[] = []): Uint8Array {
  const tensors = new Map<string, SafetensorsEntry>();
  const groups: Readonly<Record<string, WeightValues>> = training
    ? { weights: training.weights, best: training.best, ...training.slots }
    : {};
  for (const [group, weights] of Object.entries(groups)) {
    for (const [name, { shape, values }] of weights) tensors.set(`${group}:${name}`, { dtype: "F32", shape, data: values });
  }
  return writeSafetensors({
    metadata: {
      benn: JSON.stringify(scalars.parse({ member, events, training })),
      ...(ahead.length > 0 ? { ahead: JSON.stringify(ahead) } : {}),
    },
    tensors,
  });
}

/** @throws UserError when the file is damaged */
export function decodeCheckpoint(
  bytes: Uint8Array,
  path: string,
): Checkpoint & { readonly events: number; readonly ahead: readonly Emitted[] } {
  const { metadata, tensors } = readSafetensors(bytes, path);
  const parsed = scalars.safeParse(JSON.parse(metadata["benn"] ?? "null"));
  if (!parsed.success) throw new UserError(`${path}: is not a checkpoint of this program. Remove the run folder and train anew.`);
  const { member, events, training } = parsed.data;
  const ahead = (JSON.parse(metadata["ahead"] ?? "[]") as Emitted[]).map((event) => upgradeEvent(event));
  if (!training) return { member, events, ahead };
  const groups: Record<string, Map<string, { shape: readonly number[]; values: Float32Array }>> = {};
  for (const [key, { shape, data }] of tensors) {
    const colon = key.indexOf(":");
    (groups[key.slice(0, colon)] ??= new Map()).set(key.slice(colon + 1), { shape, values: data as Float32Array });
  }
  const { right, metricSums, ...numbers } = training;
  return {
    member,
    events,
    ahead,
    training: {
      ...numbers,
      metricSums: right === undefined ? metricSums : { accuracy: right },
      weights: groups["weights"] ?? new Map(),
      best: groups["best"] ?? new Map(),
      slots: Object.fromEntries(Object.entries(groups).filter(([name]) => !OWN_GROUPS.has(name))),
    },
  };
}
