import { printable } from "@benn/core/messages";
import { eventLine } from "../run/event-line.ts";
import { reduce, type RunState } from "../run/run-state.ts";
import type { Screen } from "./screen.ts";

/** Shorter phases are not worth a line. */
const PATIENCE_MILLISECONDS = 1000;

export interface PlainOptions {
  /** The state before the first event that is shown. */
  readonly state: RunState;
  /** Whether the run is still training, so that there is time left. Default true. */
  readonly live?: boolean;
  /** Whether each line begins with the time of its event. Default false. */
  readonly timestamps?: boolean;
}

/** One line per epoch and per member, for logs and pipes: no colours, nothing overwritten. */
export function plainScreen(write: (text: string) => void, { state: first, live = true, timestamps = false }: PlainOptions): Screen {
  let state = first;
  let written = "";
  let waiting: { readonly what: string; readonly since: number } | undefined;
  return {
    show(event) {
      if (event.type === "progress") {
        if (waiting?.what !== event.what) waiting = { what: event.what, since: event.clock.at };
        if (event.clock.at - waiting.since < PATIENCE_MILLISECONDS) return;
      }
      state = reduce(state, event);
      const said = eventLine(event, state, { live });
      if (said === undefined) return;
      const line = printable(said);
      if (line === written) return;
      written = line;
      write(timestamps ? `${new Date(event.clock.at).toISOString()} ${line}\n` : `${line}\n`);
    },
    close: async () => {},
  };
}
