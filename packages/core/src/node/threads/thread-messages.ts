import type { RunControl } from "../../run-control.ts";
import type { MemberCheckpoint } from "../../train/run-store.ts";
import type { MemberJob, TrainedMember } from "../../train/member-trainer.ts";
import type { Emitted } from "../../train/emitted.ts";

/** What a thread that trains members is told. */
export type ToThread =
  | ({ readonly kind: "train" } & Omit<MemberJob, "save">)
  | { readonly kind: "control"; readonly paused: boolean; readonly stop: RunControl["stop"] };

/** What it says, in the order in which it happened. */
export type FromThread =
  | { readonly kind: "event"; readonly member: number; readonly event: Emitted }
  | { readonly kind: "save"; readonly member: number; readonly training: MemberCheckpoint }
  | { readonly kind: "done"; readonly member: number; readonly outcome: TrainedMember }
  | { readonly kind: "failed"; readonly member: number; readonly isUserError: boolean; readonly message: string; readonly stack: string };
