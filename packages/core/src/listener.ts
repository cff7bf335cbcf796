import type { InjectionToken } from "tsyringe";
import type { RunEvent } from "./events.ts";
import type { Registry } from "./registry.ts";

/** The run that a listener is about to hear. */
export interface HeardRun {
  /** Its folder; what a listener writes goes into a folder of its own in there. */
  readonly folder: string;
  /**
   * What the run's log holds already, in order: nothing for a new run, and for a resumed one everything up to the checkpoint
   * it goes on from. Events that came after that checkpoint will be told again, so a listener that wrote them before the
   * interruption writes anew from here. May be read once, before `open` returns.
   */
  readonly past: AsyncIterable<RunEvent>;
}

/**
 * Hears a run while it goes, to show it elsewhere. It hears the events that `events.jsonl` holds, each once and in that
 * order, and is waited for. It cannot change the run: one that throws is told no more, and the run goes on with a warning.
 */
export interface Listener {
  /** Called once, before the first event. */
  open?(run: HeardRun): void | Promise<void>;
  hear(event: RunEvent): void | Promise<void>;
  /** Called once when the run ends or is broken off, also when `open` or `hear` has thrown. */
  close?(): void | Promise<void>;
}

export const LISTENERS: InjectionToken<Registry<Listener>> = Symbol.for("benn.listeners");
