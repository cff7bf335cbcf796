import type { RunEvent } from "@benn/core";
import type { Steering } from "@benn/core/node";
import type { RunState } from "../run/run-state.ts";

/** Shows a run as its events arrive. */
export interface Screen {
  show(event: RunEvent): void;
  /** Shows another moment of a replay. */
  jump?(events: readonly RunEvent[]): void;
  /** Restores the terminal. */
  close(): Promise<void>;
}

/** Actions of keys; absent for a run that is only watched. */
export interface RunKeys {
  pause?(): void;
  stopAfterEpoch?(): void;
  stopAfterMember?(): void;
  /** Adds a member to the run. */
  addMember?(): void;
  /** Times the kernels of the next training steps. @param chosen the member that is chosen on the screen */
  profile?(chosen: number | undefined): void;
  /** Sends a request to a member in training. @param chosen the member that is chosen on the screen */
  steer?(steering: Steering, chosen: number | undefined): void;
  /** Actions in a replay. */
  readonly replay?: ReplayKeys;
  /** Saves and ends; leaves a watched run. */
  quit(): void;
  /** Ctrl-C: like `quit`, and leaves at once the second time. */
  interrupt(): void;
  /** Pending request, for the screen. */
  note(): string | undefined;
}

export interface ReplayKeys {
  /** Position: share of the run's time in [0, 1], speed, and whether it plays. */
  readonly position: () => { readonly share: number; readonly speed: number; readonly isPlaying: boolean };
  toggle(): void;
  /** Seeks by this many seconds of the run. */
  seek(seconds: number): void;
  faster(factor: number): void;
}

export type { RunState };
