import type { RunEvent } from "@benn/core";

/** What is heard of the runs of a queue. */
export type RunNews =
  | { readonly kind: "queued"; readonly run: string }
  /** For the nth time, if `attempt` is above 1. */
  | { readonly kind: "taken"; readonly run: string; readonly worker: string; readonly attempt: number }
  | { readonly kind: "event"; readonly run: string; readonly event: RunEvent }
  /** The run's folder is as far as the newest snapshot. */
  | { readonly kind: "saved"; readonly run: string }
  | ({ readonly kind: "over"; readonly run: string } & RunOutcome)
  | { readonly kind: "message"; readonly message: string };

/** What became of a run. */
export type RunOutcome =
  | { readonly state: "done"; readonly worker: string; readonly reason: string }
  /** Somebody asked for it with `benn queue`: its job is gone, and what it had saved is in its folder. */
  | { readonly state: "stopped" | "removed" }
  | { readonly state: "failed"; readonly message: string; readonly stack: string };
