import type { RunEvent } from "@benn/core";
import type { Steering } from "@benn/core/node";
import type { RunState } from "../run/run-state.ts";

/** Shows a run as its events come. */
export interface Screen {
  show(event: RunEvent): void;
  /** Shows another moment of a replay. */
  jump?(events: readonly RunEvent[]): void;
  /** Gives the terminal back. */
  close(): Promise<void>;
}

/** What keys do; absent for a run that is only watched. */
export interface RunKeys {
  pause?(): void;
  stopAfterEpoch?(): void;
  stopAfterMember?(): void;
  /** Gives the run one more member. */
  addMember?(): void;
  /** Times the kernels of the next training steps. @param chosen the member that is chosen on the screen */
  profile?(chosen: number | undefined): void;
  /** Asks something of a member in training. @param chosen the member that is chosen on the screen */
  steer?(steering: Steering, chosen: number | undefined): void;
  /** Of a replay. */
  readonly replay?: ReplayKeys;
  /** Saves and ends; leaves a watched run. */
  quit(): void;
  /** Ctrl-C: like `quit`, and leaves at once the second time. */
  interrupt(): void;
  /** What was asked and has not happened yet, for the screen. */
  note(): string | undefined;
}

export interface ReplayKeys {
  /** Where it stands: share of the run's time in [0, 1], speed, whether it plays. */
  readonly position: () => { readonly share: number; readonly speed: number; readonly isPlaying: boolean };
  toggle(): void;
  /** By so many seconds of the run. */
  seek(seconds: number): void;
  faster(factor: number): void;
}

export type { RunState };
