import type { RunEvent } from "@benn/core";
import type { JobControl } from "../job-schema.ts";

/** What a thread that trains a whole run is told. */
export type ToRunThread =
  | ({ readonly kind: "control" } & Pick<JobControl, "paused" | "stop">)
  /** To stand still behind its next event, with a folder that is whole, until it is told to go on. */
  | { readonly kind: "rest" }
  | { readonly kind: "go-on" };

/** What it says. */
export type FromRunThread =
  | { readonly kind: "event"; readonly event: RunEvent }
  | { readonly kind: "rests" }
  /** The run is over, or saved where it was stopped: the thread writes no more. */
  | { readonly kind: "end"; readonly reason: string }
  | { readonly kind: "failed"; readonly isUserError: boolean; readonly message: string; readonly stack: string };
