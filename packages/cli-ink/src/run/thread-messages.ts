import type { RunEvent } from "@benn/core";
import type { RunResult, Steering, TrainedApart } from "@benn/core/node";
import type { ConfigRequest } from "../command/configure.ts";

/** What the training thread is started with. */
export interface TrainRequest {
  readonly config: ConfigRequest;
  readonly cwd: string;
  readonly out?: string;
  readonly resume?: string;
  readonly takeOver?: boolean;
  /** Makes the run's folder and trains nothing. */
  readonly prepare?: boolean;
  /** Trains one member of the resumed run, into a folder of its own. */
  readonly apart?: { readonly member: number; readonly into: string };
  /** Takes members that were trained into these folders in place of training them. */
  readonly collect?: readonly string[];
  /** Trains on the workers of a queue. */
  readonly queue?: QueuePlace;
}

/** A queue, and where its blobs are. */
export interface QueuePlace {
  readonly url: string;
  readonly store?: string;
  /** Of machines, in place of those like this one. */
  readonly className?: string;
}

/** What the user asks of a run. */
export type ControlMessage =
  | "pause"
  | "resume"
  | "stop-after-epoch"
  | "stop-after-member"
  | "stop"
  | { readonly what: "profile"; readonly steps: number; readonly member: number | undefined }
  | { readonly what: "add-members"; readonly count: number }
  /** Of the member, or of the one in training if it is undefined. */
  | { readonly what: "steer"; readonly steering: Steering; readonly member: number | undefined };

/** What the training thread says. */
export type ThreadMessage =
  | { readonly kind: "folder"; readonly folder: string; readonly plugins: readonly string[]; readonly hasViews: boolean }
  /** A part of what comes before training has begun: `reading data`. */
  | { readonly kind: "phase"; readonly what: string }
  | { readonly kind: "event"; readonly event: RunEvent }
  | { readonly kind: "end"; readonly result: RunResult | TrainedApart }
  /** A member that is to be collected is not there. */
  | { readonly kind: "missing"; readonly member: number }
  /** Stopped before there was anything to save. */
  | { readonly kind: "stopped" }
  /** The stack names the causes too. */
  | { readonly kind: "failed"; readonly isUserError: boolean; readonly message: string; readonly stack: string };
