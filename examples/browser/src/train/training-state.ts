import type { RunEvent } from "@benn/core";

export interface Epoch {
  /** From 1. */
  readonly member: number;
  readonly epoch: number;
  /** During training, in [0, 1]. */
  readonly accuracy: number;
}

export interface Stage {
  readonly members: number;
  /** Test accuracy in [0, 1] of the vote, and of the newest member alone. */
  readonly vote: number;
  readonly single: number;
}

/** What the page shows of a run: a function of its events. */
export interface TrainingState {
  readonly epochs: readonly Epoch[];
  readonly stages: readonly Stage[];
  readonly imagesPerSecond: number | undefined;
  /** Of all epochs, in [0, 1]. */
  readonly progress: number;
  readonly sentence: string;
  readonly isOver: boolean;
}

export const atRest: TrainingState = { epochs: [], stages: [], imagesPerSecond: undefined, progress: 0, sentence: "", isOver: false };

/** @param planned members and the epochs of each */
export function after(
  state: TrainingState,
  event: RunEvent,
  planned: { readonly members: number; readonly epochs: number },
): TrainingState {
  if (event.type === "epoch") {
    const member = event.member + 1;
    const epochs = [...state.epochs, { member, epoch: event.epoch + 1, accuracy: event.metrics["accuracy"] ?? 0 }];
    return {
      ...state,
      epochs,
      imagesPerSecond: event.clock.imagesPerSecond ?? state.imagesPerSecond,
      progress: epochs.length / (planned.members * planned.epochs),
      sentence: `Network ${member} of ${planned.members}: epoch ${event.epoch + 1} of ${planned.epochs} done.`,
    };
  }
  if (event.type === "progress") return { ...state, sentence: `${event.what} …` };
  if (event.type === "staged") {
    const metric = event.metrics["accuracy"];
    const vote = metric?.test["soft"];
    if (vote === undefined) return state;
    return { ...state, stages: [...state.stages, { members: event.members, vote, single: metric?.single ?? vote }] };
  }
  if (event.type === "run-end") {
    const why = event.reason === "interrupted" ? "Stopped." : event.reason === "finished" ? "Done." : (event.message ?? "Done.");
    return { ...state, isOver: true, sentence: why };
  }
  return state;
}
