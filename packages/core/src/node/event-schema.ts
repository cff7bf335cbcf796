import { z } from "zod";
import type { RunEvent } from "../events.ts";
import { upgradeEvent } from "./upgrade-event.ts";

// The guarantees for readers: the fields of each event, and the number of members. Accepts keys that later versions add.

/** The largest number of members. Readers allocate a row for each. */
const MOST_MEMBERS = 10_000;
const count = z.int().min(0);
const member = z
  .int()
  .min(-1)
  .max(MOST_MEMBERS - 1);
const members = z.int().min(0).max(MOST_MEMBERS);
/** Logs of older versions do not hold every metric of single members. */
const number = z.union([z.number(), z.nan()]);
const byName = z.record(z.string(), number);
const bySplit = z.looseObject({ train: number, validation: number.optional(), test: number });
const info = z.looseObject({ name: z.string(), title: z.string(), unit: z.string(), better: z.string() });
const plan = z.looseObject({
  member,
  architecture: z.string(),
  binarizer: z.string(),
  epochs: count,
  steps: count,
  learningRate: number,
  parameters: z.number(),
  bytes: z.number(),
  realBytes: z.number(),
});

const shapes: { readonly [T in RunEvent["type"]]: z.ZodObject } = {
  "run-start": z.looseObject({
    run: z.string(),
    seed: z.number(),
    backend: z.string(),
    dataset: z.looseObject({ name: z.string(), train: count, validation: count, test: count, labels: z.array(z.string()) }),
    scheme: z.string(),
    mode: z.string(),
    voter: z.string(),
    batchSize: count,
    metrics: z.array(info),
    members: z
      .array(plan)
      .max(MOST_MEMBERS)
      .refine((plans) => plans.every((own, index) => own.member === index)),
    pretrainEpochs: count,
    stopWhen: z.looseObject({ metric: z.string(), on: z.string(), patience: count, minDelta: number }).optional(),
  }),
  "members-added": z.looseObject({
    after: members,
    members: z
      .array(plan)
      .max(MOST_MEMBERS)
      .refine((plans) => plans.every((own, index) => own.member === (plans[0]?.member ?? 0) + index)),
  }),
  "member-start": z.looseObject({ member, epochs: count, steps: count }),
  step: z.looseObject({ member, epoch: count, step: count, steps: count, loss: number, metrics: byName }),
  epoch: z.looseObject({ member, epoch: count, epochs: count, loss: number, metrics: byName, learningRate: number }),
  bits: z.looseObject({
    member,
    epoch: count,
    layers: z
      .array(
        z.looseObject({
          layer: z.string(),
          weights: count,
          flipped: number,
          saturated: number.optional(),
          channels: count.optional(),
          dead: count.optional(),
        }),
      )
      .max(10_000),
  }),
  steer: z.looseObject({ member, epoch: count, step: count, action: z.string(), factor: number.optional() }),
  score: z.looseObject({ member, epoch: count, on: z.string(), metric: z.string(), value: number, best: z.boolean() }),
  "member-end": z.looseObject({
    member,
    bestEpoch: z.int().min(-1),
    error: number,
    alpha: number.optional(),
    metrics: z.record(z.string(), bySplit),
    reject: z.string().optional(),
    stop: z.string().optional(),
  }),
  staged: z.looseObject({
    members,
    metrics: z.record(
      z.string(),
      z.looseObject({
        validation: byName.optional(),
        test: byName,
        single: number.optional(),
        singleMean: number.optional(),
        outOfBag: number.optional(),
      }),
    ),
  }),
  warning: z.looseObject({ member: member.optional(), message: z.string() }),
  progress: z.looseObject({ what: z.string(), done: z.number(), total: z.number() }),
  control: z.looseObject({ state: z.string(), members: members.optional() }),
  profile: z.looseObject({
    member,
    steps: count,
    milliseconds: number,
    rows: z.array(z.looseObject({ kernel: z.string(), part: z.string(), calls: number, milliseconds: number })),
    refused: z.string().optional(),
  }),
  workers: z.looseObject({
    workers: count,
    waiting: count,
    retaken: count,
    members: z.array(z.looseObject({ member, worker: z.string(), silentSeconds: number })),
  }),
  "run-end": z.looseObject({ reason: z.string(), message: z.string().optional(), members }),
};

// Versions that wrote null for numbers that are not finite did so for speeds too.
const speed = z.number().optional().catch(undefined);
const anyEvent = z.looseObject({
  type: z.string(),
  clock: z.looseObject({ at: z.number(), imagesPerSecond: speed, seconds: speed }).transform(withoutUndefined),
});

function withoutUndefined<T extends object>(clock: T): T {
  return Object.fromEntries(Object.entries(clock).filter(([, value]) => value !== undefined)) as T;
}

/** The fields of a run's start that are needed to read older logs. */
const anyStart = z.looseObject({ dataset: z.looseObject({ labels: z.array(z.unknown()) }) });

/**
 * Parses a line of events.jsonl, also of older versions.
 * @returns "later" for an event that only later versions know, "damaged" for anything else that is not an event
 */
export function parseEvent(line: string): RunEvent | "later" | "damaged" {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return "damaged";
  }
  const event = anyEvent.safeParse(json);
  if (!event.success) return "damaged";
  if (!Object.hasOwn(shapes, event.data.type)) return "later";
  if (event.data.type === "run-start" && !anyStart.safeParse(event.data).success) return "damaged";
  const upgraded = upgradeEvent(event.data as unknown as RunEvent);
  return shapes[upgraded.type].safeParse(upgraded).success ? upgraded : "damaged";
}
