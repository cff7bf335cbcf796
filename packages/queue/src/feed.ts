import { type RunEvent, z } from "@benn/core";
import type { Emitted } from "@benn/core/internals";
import type { Redis } from "ioredis";
import { feedKey } from "./names.ts";

// Live messages of members during training, for the screen: one stream per run, which may lose its oldest entries and its last second. The
// run's log is filled from checkpoints and results, which lose nothing.

const MOST_ENTRIES = 20_000;
const DAYS_KEPT = 7;
/** Entries of a worker after which it puts off the stream's end. */
const EXPIRED_EVERY = 50;
const timesTold = new WeakMap<Redis, number>();

const entry = z.discriminatedUnion("kind", [
  /** `nth`: index among the member's events; absent for events that are not logged. */
  z.object({ kind: z.literal("event"), nth: z.int().min(0).optional(), event: z.looseObject({ type: z.string() }) }),
  z.object({ kind: z.literal("saved") }),
  z.object({ kind: z.literal("taken"), worker: z.string(), attempt: z.int() }),
]);

export type FeedEntry =
  /** Of a member; or of a whole run, and then without a number. */
  | { readonly kind: "event"; readonly nth?: number; readonly event: Emitted | RunEvent }
  /** There is a new checkpoint. */
  | { readonly kind: "saved" }
  /** A worker has taken the job; again, if `attempt` is above 1. */
  | { readonly kind: "taken"; readonly worker: string; readonly attempt: number };

export async function tell(connection: Redis, run: string, jobId: string, said: FeedEntry): Promise<void> {
  const key = feedKey(run);
  const told = timesTold.get(connection) ?? 0;
  timesTold.set(connection, told + 1);
  await connection.xadd(key, "MAXLEN", "~", MOST_ENTRIES, "*", "job", jobId, "said", JSON.stringify(said));
  if (told % EXPIRED_EVERY === 0) await connection.expire(key, DAYS_KEPT * 86_400);
}

/**
 * Yields all messages of a run's members, including earlier ones, until `signal` is aborted.
 * @param connection of its own, because it blocks
 */
export async function hear(
  connection: Redis,
  run: string,
  onEntry: (jobId: string, said: FeedEntry) => void,
  signal: AbortSignal,
): Promise<void> {
  let last = "0";
  while (!signal.aborted) {
    const found = await connection.xread("COUNT", 500, "BLOCK", 2000, "STREAMS", feedKey(run), last);
    for (const [id, fields] of found?.[0]?.[1] ?? []) {
      last = id;
      const [, jobId = "", , text = ""] = fields;
      const parsed = entry.safeParse(parseJson(text));
      if (parsed.success) onEntry(jobId, parsed.data as unknown as FeedEntry);
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
