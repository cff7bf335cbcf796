import type { RunEvent } from "@benn/core";
import type { RunResult, Steering, TrainedApart } from "@benn/core/node";
import type { ConfigRequest } from "../command/configure.ts";

/** The workerData of the training thread. */
export interface TrainRequest {
  readonly config: ConfigRequest;
  readonly cwd: string;
  readonly out?: string;
  readonly resume?: string;
  readonly takeOver?: boolean;
  /** Creates the run's folder and trains nothing. */
  readonly prepare?: boolean;
  /** Trains one member of the resumed run, into a folder of its own. */
  readonly apart?: { readonly member: number; readonly into: string };
  /** Takes members that were trained into these folders instead of training them. */
  readonly collect?: readonly string[];
  /** Trains on the workers of a queue. */
  readonly queue?: QueuePlace;
}

/** A queue, and where its blobs are. */
export interface QueuePlace {
  readonly url: string;
  /** File with the certificate of the authority that signed the server's. */
  readonly ca?: string;
  /** Whether a server without a password may be on another machine. */
  readonly insecure?: boolean;
  readonly store?: string;
  /** Byte class of the machines to use, instead of this machine's. */
  readonly className?: string;
}

/** Requests of the user to a run. */
export type ControlMessage =
  | "pause"
  | "resume"
  | "stop-after-epoch"
  | "stop-after-member"
  | "stop"
  | { readonly what: "profile"; readonly steps: number; readonly member: number | undefined }
  | { readonly what: "add-members"; readonly count: number }
  /** To this member, or to the one in training if undefined. */
  | { readonly what: "steer"; readonly steering: Steering; readonly member: number | undefined };

/** Messages of the training thread. */
export type ThreadMessage =
  | { readonly kind: "folder"; readonly folder: string; readonly plugins: readonly string[]; readonly hasViews: boolean }
  /** A phase before training has started: `reading data`. */
  | { readonly kind: "phase"; readonly what: string }
  | { readonly kind: "event"; readonly event: RunEvent }
  | { readonly kind: "end"; readonly result: RunResult | TrainedApart }
  /** A member to be collected is missing. */
  | { readonly kind: "missing"; readonly member: number }
  /** Stopped before there was anything to save. */
  | { readonly kind: "stopped" }
  /** The stack includes the causes. */
  | { readonly kind: "failed"; readonly isUserError: boolean; readonly message: string; readonly stack: string };
