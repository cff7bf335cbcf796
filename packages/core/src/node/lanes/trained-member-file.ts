import { z } from "zod";
import type { SafetensorsEntry } from "../../safetensors.ts";
import type { Emitted } from "../../train/emitted.ts";
import type { TrainedMember } from "../../train/member-trainer.ts";
import type { WeightValues } from "../../train/model-weights.ts";
import type { MemberLogits } from "../../train/run-store.ts";
import { UserError } from "../../user-error.ts";
import { eventJson } from "../event-json.ts";
import { finiteJson } from "../finite-json.ts";
import { readSealed, writeSealed } from "../sealed-safetensors.ts";
import { upgradeEvent } from "../upgrade-event.ts";

// A member that was trained elsewhere, as it is sent to its run: everything that the run needs. Numbers are JSON in the metadata of a
// safetensors file, weights and logits are tensors.

export interface TrainedMemberFile {
  readonly member: number;
  readonly outcome: Extract<TrainedMember, { finished: true }>;
  /** All events of the member, for the run's log. */
  readonly events: readonly Emitted[];
  /** Checksums of what it was trained from; the run compares them with its own. */
  readonly madeFrom: Readonly<Record<string, string>>;
}

const FORMAT = 1;

const record = z.object({
  format: z.int().min(1),
  member: z.int().min(0),
  bestEpoch: z.int().min(-1),
  madeFrom: z.record(z.string(), z.string()),
});
const said = z.array(z.looseObject({ type: z.string() }));

const WEIGHTS = "weights:";
const SPLITS = ["train", "validation", "test"] as const;

/** @throws UserError for a number that JSON cannot represent */
export function encodeTrainedMember({ member, outcome, events, madeFrom }: TrainedMemberFile): Uint8Array {
  const { weights, bestEpoch, logits } = outcome;
  const tensors = new Map<string, SafetensorsEntry>();
  for (const [name, { shape, values }] of weights) tensors.set(`${WEIGHTS}${name}`, { dtype: "F32", shape, data: values });
  for (const split of SPLITS) {
    const values = logits[split];
    if (values) tensors.set(`logits:${split}`, { dtype: "F32", shape: [values.length], data: values });
  }
  const metadata = {
    benn: finiteJson({ format: FORMAT, member, bestEpoch, madeFrom }, `member ${member}`),
    events: `[${events.map(eventJson).join(",")}]`,
  };
  return writeSealed({ metadata, tensors });
}

/**
 * @param name of the file, for messages
 * @throws UserError if the file is damaged or not a trained member
 */
export function decodeTrainedMember(bytes: Uint8Array, name: string): TrainedMemberFile {
  const { metadata, tensors, sealed } = readSealed(bytes, name);
  const parsed = record.safeParse(parseJson(metadata["benn"]));
  const events = said.safeParse(parseJson(metadata["events"]));
  const [train, validation, test] = SPLITS.map((split) => floats(tensors.get(`logits:${split}`)));
  if (!parsed.success || !events.success || !sealed || !train || !test)
    throw new UserError(`${name}: is not a trained member. Remove it, and train the member again.`);
  const { format, member, bestEpoch, madeFrom } = parsed.data;
  if (format > FORMAT) throw new UserError(`${name}: was written by a later version of benn. Use that version.`);
  const weights: WeightValues = new Map(
    [...tensors].flatMap(([key, entry]) => {
      const values = floats(entry);
      return key.startsWith(WEIGHTS) && values ? [[key.slice(WEIGHTS.length), { shape: entry.shape, values }] as const] : [];
    }),
  );
  const logits: MemberLogits = { train, test, ...(validation ? { validation } : {}) };
  return {
    member,
    outcome: { finished: true, weights, bestEpoch, logits },
    events: (events.data as unknown as Emitted[]).map((event) => upgradeEvent(event)),
    madeFrom,
  };
}

function floats(entry: SafetensorsEntry | undefined): Float32Array | undefined {
  return entry?.data instanceof Float32Array ? entry.data : undefined;
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return undefined;
  }
}
