import type { InjectionToken } from "tsyringe";
import type { RunEvent } from "./events.ts";
import type { Registry } from "./registry.ts";

/** Text that says something by its colour, which the dashboard's theme has. */
export interface ViewSpan {
  readonly text: string;
  readonly tone?: "accent" | "good" | "bad" | "warn" | "dim";
  readonly bold?: boolean;
}

/**
 * A view of the dashboard, brought by a plugin. It is folded from a run's events and drawn as lines; what does not fit is cut. It cannot change the run: one
 * that throws shows its error in its place.
 */
export interface DashboardView {
  /** Before the first event. */
  readonly state: unknown;
  /** The state with an event in it. Pure: a replay that seeks folds the events again from the first one. */
  reduce(state: unknown, event: RunEvent): unknown;
  /**
   * At most `height` lines of at most `width` cells, each a text or spans of text.
   * @param room in cells
   */
  draw(state: unknown, room: { readonly width: number; readonly height: number }): readonly (string | readonly (ViewSpan | string)[])[];
}

export const VIEWS: InjectionToken<Registry<DashboardView>> = Symbol.for("benn.views");
