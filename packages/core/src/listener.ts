import type { InjectionToken } from "tsyringe";
import type { RunEvent } from "./events.ts";
import type { Registry } from "./registry.ts";

/** The run that a listener is about to receive. */
export interface ListenerContext {
  /** The run folder. A listener writes into a subfolder of its own. */
  readonly folder: string;
  /**
   * The events already in the run's log, in order: none for a new run, and for a resumed run everything up to the checkpoint from which it
   * continues. Events after that checkpoint will be emitted again, so a listener that wrote them before the interruption must rewrite its
   * output from here. May be read once, before `open` returns.
   */
  readonly past: AsyncIterable<RunEvent>;
}

/**
 * Receives the events of a running run, to show it elsewhere: the events of `events.jsonl`, each once and in that order. The run awaits
 * each call. A listener cannot affect the run: after it throws it is detached, and the run continues with a warning.
 */
export interface Listener {
  /** Called once, before the first event. */
  open?(run: ListenerContext): void | Promise<void>;
  onEvent(event: RunEvent): void | Promise<void>;
  /** Called once when the run ends or is interrupted, also if `open` or `onEvent` has thrown. */
  close?(): void | Promise<void>;
}

export const LISTENERS: InjectionToken<Registry<Listener>> = Symbol.for("benn.listeners");
