import type { MetricInfo } from "@benn/core";
import type { LogEntry } from "../run/event-log.ts";
import type { RunState } from "../run/run-state.ts";
import type { Line } from "./line.ts";
import type { InsightState } from "../insight/insight.ts";
import type { SystemSample } from "./system-samples.ts";
import type { UiState } from "./ui-state.ts";

/** The arguments of a view. */
export interface ViewProps {
  readonly state: RunState;
  readonly ui: UiState;
  /** The metric that is shown where only one fits. */
  readonly metric: MetricInfo | undefined;
  readonly log: readonly LogEntry[];
  readonly insight: InsightState;
  readonly system: readonly SystemSample[];
  /** Words instead of signs and pictures, for a screen reader. */
  readonly words: boolean;
  /** Whether the terminal draws pictures itself: `picture` of a span. */
  readonly pictures: boolean;
  /** In cells. */
  readonly width: number;
  readonly height: number;
}

/** A key and its action in the view, in a few words. */
export type KeyWords = readonly [key: string, does: string];

/** A view of a run. To add one, add an entry to `VIEWS`: numbers, tabs, keys and help follow. */
export interface View {
  readonly name: string;
  readonly about: string;
  readonly keys: readonly KeyWords[];
  /** What arrow keys move through instead of members and the cursor: lines vertically, images horizontally. */
  readonly scrolls?: "lines" | "images";
  /** The maximum position. */
  most?(props: ViewProps): number;
  /** What it needs from the run folder, beyond the events. */
  readonly needs?: "votes" | "weights";
  /** At most `height` lines of at most `width` cells. */
  draw(props: ViewProps): Line[];
}
