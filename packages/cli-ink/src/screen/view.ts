import type { MetricInfo } from "@benn/core";
import type { LogEntry } from "../run/event-log.ts";
import type { RunState } from "../run/run-state.ts";
import type { Line } from "./line.ts";
import type { InsightState } from "../insight/insight.ts";
import type { SystemSample } from "./system-samples.ts";
import type { UiState } from "./ui-state.ts";

/** What a view is drawn from. */
export interface ViewProps {
  readonly state: RunState;
  readonly ui: UiState;
  /** The metric that is shown where there is room for one. */
  readonly metric: MetricInfo | undefined;
  readonly log: readonly LogEntry[];
  readonly insight: InsightState;
  readonly system: readonly SystemSample[];
  /** Words for signs and pictures: for a screen reader. */
  readonly words: boolean;
  /** Whether the terminal draws pictures itself: `picture` of a span. */
  readonly pictures: boolean;
  /** In cells. */
  readonly width: number;
  readonly height: number;
}

/** A key and what it does in the view, in few words. */
export type KeyWords = readonly [key: string, does: string];

/** One way to look at a run. Another one is an entry of `VIEWS`: numbers, tabs, keys and help follow. */
export interface View {
  readonly name: string;
  readonly about: string;
  readonly keys: readonly KeyWords[];
  /** What arrows move through instead of members and the cursor: lines up and down, images left and right. */
  readonly scrolls?: "lines" | "images";
  /** How far they move. */
  most?(props: ViewProps): number;
  /** What of the run folder it needs, beyond the events. */
  readonly needs?: "votes" | "weights";
  /** At most `height` lines of at most `width` cells. */
  draw(props: ViewProps): Line[];
}
