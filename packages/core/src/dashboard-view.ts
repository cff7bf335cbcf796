import type { InjectionToken } from "tsyringe";
import type { RunEvent } from "./events.ts";
import type { Registry } from "./registry.ts";

/** Text in one of the colours of the dashboard's theme, chosen by meaning. */
export interface ViewSpan {
  readonly text: string;
  readonly tone?: "accent" | "good" | "bad" | "warn" | "dim";
  readonly bold?: boolean;
}

/**
 * A dashboard view that a plugin provides. Its state is folded from the run's events and drawn as lines; what does not fit is cut off. It
 * cannot affect the run: if it throws, the error is shown in its place.
 */
export interface DashboardView {
  /** The state before the first event. */
  readonly state: unknown;
  /** Returns the state after an event. Must be pure: seeking in a replay folds the events again from the first one. */
  reduce(state: unknown, event: RunEvent): unknown;
  /**
   * At most `height` lines of at most `width` cells, each a string or a list of spans.
   * @param room available size in cells
   */
  draw(state: unknown, room: { readonly width: number; readonly height: number }): readonly (string | readonly (ViewSpan | string)[])[];
}

export const VIEWS: InjectionToken<Registry<DashboardView>> = Symbol.for("benn.views");
