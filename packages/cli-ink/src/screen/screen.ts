import type { RunEvent } from "@benn/core";

/** Shows a run as its events come. */
export interface Screen {
  show(event: RunEvent): void;
  /** Gives the terminal back. */
  close(): Promise<void>;
}

/** What keys do; absent for a run that is only watched. */
export interface RunKeys {
  pause?(): void;
  stopAfterEpoch?(): void;
  /** Saves and ends; leaves a watched run. */
  quit(): void;
  /** Ctrl-C: like `quit`, and leaves at once the second time. */
  interrupt(): void;
  /** What was asked and has not happened yet, for the screen. */
  note(): string | undefined;
}
