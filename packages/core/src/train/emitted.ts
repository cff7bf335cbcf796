import type { ClockReadings, RunEventBody } from "../events.ts";

/** An event before it is written; the ensemble's loop adds the time of day. */
export type Emitted = RunEventBody & {
  readonly clock?: Partial<ClockReadings>;
  /** Absent: shown and logged. An event of a member that is trained ahead is shown at once and logged in its turn. */
  readonly route?: "screen" | "log";
};
