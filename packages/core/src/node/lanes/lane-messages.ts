import type { Steered } from "../../events.ts";
import type { RunControl, Steering } from "../../run-control.ts";
import type { MemberCheckpoint } from "../../train/run-store.ts";
import type { MemberJob, TrainedMember } from "../../train/member-trainer.ts";
import type { Emitted } from "../../train/emitted.ts";

/** A member to train, as sent to a lane. */
export interface LaneJob extends Omit<MemberJob, "save"> {
  /**
   * Number of events of the member that are known already. The lane resumes at `from`, and its events are counted on from this number. A
   * member emits the same events wherever it is trained.
   */
  readonly said: number;
}

/** Messages to a lane. */
export type ToLane =
  | ({ readonly kind: "train"; readonly planned: readonly Steered[] } & LaneJob)
  /** Sent only to lanes that accept it: see `Lanes.steers`. */
  | { readonly kind: "steer"; readonly member: number; readonly steering: Steering }
  | { readonly kind: "profile"; readonly member: number; readonly steps: number }
  | { readonly kind: "control"; readonly paused: boolean; readonly stop: RunControl["stop"] };

/** Messages from a lane, in the order in which things happened. */
export type FromLane =
  | { readonly kind: "event"; readonly member: number; readonly event: Emitted }
  | { readonly kind: "save"; readonly member: number; readonly training: MemberCheckpoint }
  | { readonly kind: "done"; readonly member: number; readonly outcome: TrainedMember }
  | { readonly kind: "failed"; readonly member: number; readonly isUserError: boolean; readonly message: string; readonly stack: string };
