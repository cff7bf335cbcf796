import { z } from "zod";
import { wilson } from "@benn/analysis";
import type { MemberPlan, RunEvent } from "@benn/core";

const share = z.number().min(0).max(1);

/** The contents of `result.json`: the figures of a run, from its own files. */
export const resultSchema = z.strictObject({
  /** The command that made it, and that resumes it. */
  command: z.string(),
  benn: z.string(),
  seed: z.int(),
  scheme: z.string(),
  voter: z.string(),
  /** Planned number of members. Fewer are trained while it is running. */
  planned: z.int(),
  rows: z.object({ train: z.int(), validation: z.int(), test: z.int() }),
  machine: z.looseObject({ cpu: z.string(), cores: z.int() }),
  /** Hours of training, scoring and evaluation, without interruptions. */
  hours: z.number(),
  members: z.array(
    z.strictObject({
      architecture: z.string(),
      binarizer: z.string(),
      epochs: z.int(),
      bestEpoch: z.int(),
      alpha: z.number().optional(),
      train: share,
      validation: share.optional(),
      test: share,
    }),
  ),
  /** By voter, of the first 1, 2, … members: test accuracy and its 95 % interval (Wilson). */
  votes: z.record(z.string(), z.array(z.strictObject({ members: z.int(), test: share, interval: z.tuple([share, share]) }))),
  /** SHA-256 and bytes of the files next to it. */
  files: z.record(z.string(), z.strictObject({ bytes: z.int(), sha256: z.string() })),
});

export type Result = z.output<typeof resultSchema>;

/** The part of a result that comes from the run's log. */
export function figuresOf(events: readonly RunEvent[]): Omit<Result, "command" | "benn" | "machine" | "files"> | undefined {
  const start = events.find((event) => event.type === "run-start");
  if (!start) return undefined;
  const { train, validation, test } = start.dataset;
  const plan = (member: number): MemberPlan | undefined => start.members.find((one) => one.member === member);
  const votes: Record<string, Result["votes"][string]> = {};
  for (const event of events) {
    if (event.type !== "staged") continue;
    for (const [voter, accuracy] of Object.entries(event.metrics["accuracy"]?.test ?? {})) {
      const interval = wilson(Math.round(accuracy * test), test);
      (votes[voter] ??= []).push({ members: event.members, test: accuracy, interval: [...interval] });
    }
  }
  return {
    seed: start.seed,
    scheme: start.scheme,
    voter: start.voter,
    planned: start.members.length,
    rows: { train, validation, test },
    hours: secondsOf(events) / 3600,
    members: events.flatMap((event) => {
      if (event.type !== "member-end") return [];
      const accuracy = event.metrics["accuracy"];
      const { architecture = "", binarizer = "", epochs = 0 } = plan(event.member) ?? {};
      const { alpha, bestEpoch } = event;
      const splits = { train: 0, test: 0, ...accuracy };
      return [{ architecture, binarizer, epochs, bestEpoch, ...(alpha === undefined ? {} : { alpha }), ...splits }];
    }),
    votes,
  };
}

/**
 * Seconds of work: the measured time of epochs, and the time between an epoch and its score, or before the end of a member. Interruptions
 * of a run do not count.
 */
export function secondsOf(events: readonly RunEvent[]): number {
  let sum = 0;
  for (const [i, event] of events.entries()) {
    if (event.type === "epoch") sum += event.clock.seconds ?? 0;
    if (event.type === "score" || event.type === "member-end" || event.type === "staged")
      sum += (event.clock.at - (events[i - 1]?.clock.at ?? event.clock.at)) / 1000;
  }
  return sum;
}
