import type { Steered } from "../../events.ts";
import type { RunControl, Steering } from "../../run-control.ts";
import type { MemberCheckpoint } from "../../train/run-store.ts";
import type { MemberJob, TrainedMember } from "../../train/member-trainer.ts";
import type { Emitted } from "../../train/emitted.ts";

/** A member to train, for whoever trains it. */
export interface LaneJob extends Omit<MemberJob, "save"> {
  /** How many events of the member are known already: what it says from `from` on goes on from there. A member says the same whoever trains it. */
  readonly said: number;
}

/** What a lane is told. */
export type ToLane =
  | ({ readonly kind: "train"; readonly planned: readonly Steered[] } & LaneJob)
  /** Only lanes that take it are told: see `Lanes.steers`. */
  | { readonly kind: "steer"; readonly member: number; readonly steering: Steering }
  | { readonly kind: "profile"; readonly member: number; readonly steps: number }
  | { readonly kind: "control"; readonly paused: boolean; readonly stop: RunControl["stop"] };

/** What it says, in the order in which it happened. */
export type FromLane =
  | { readonly kind: "event"; readonly member: number; readonly event: Emitted }
  | { readonly kind: "save"; readonly member: number; readonly training: MemberCheckpoint }
  | { readonly kind: "done"; readonly member: number; readonly outcome: TrainedMember }
  | { readonly kind: "failed"; readonly member: number; readonly isUserError: boolean; readonly message: string; readonly stack: string };
