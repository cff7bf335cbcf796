import { printable } from "@benn/core/messages";
import { eventLine } from "../run/event-line.ts";
import { reduce, type RunState } from "../run/run-state.ts";
import { wrap } from "../run/wrap.ts";
import type { Screen } from "./screen.ts";

/** Shorter phases are not worth a line. */
const PATIENCE_MILLISECONDS = 3000;
/** Between two lines of one piece of work, at first and in the end: what takes long may say so less often. */
const [SHORTEST_PAUSE, LONGEST_PAUSE] = [5000, 60_000];
/** Of the lines that continue an event's line. */
const INDENT = "  ";

export interface PlainOptions {
  /** The state before the first event that is shown. */
  readonly state: RunState;
  /** Whether the run is still training, so that there is time left. Default true. */
  readonly live?: boolean;
  /** Whether each line begins with the time of its event. Default false. */
  readonly timestamps?: boolean;
  /** Width of the terminal, in which long lines continue indented; none in pipes and logs, where each event is one line. */
  columns?(): number | undefined;
}

/** One line per epoch and per member, for logs and pipes: no colours, nothing overwritten. */
export function plainScreen(
  write: (text: string) => void,
  { state: first, live = true, timestamps = false, columns = () => undefined }: PlainOptions,
): Screen {
  let state = first;
  let written = "";
  let waiting: { readonly what: string; readonly pause: number; readonly nextAt: number } | undefined;
  return {
    show(event) {
      if (event.type === "progress") {
        const { at } = event.clock;
        if (waiting?.what !== event.what) waiting = { what: event.what, pause: SHORTEST_PAUSE, nextAt: at + PATIENCE_MILLISECONDS };
        if (at < waiting.nextAt) return;
        waiting = { what: event.what, pause: Math.min(LONGEST_PAUSE, 1.5 * waiting.pause), nextAt: at + waiting.pause };
      }
      state = reduce(state, event);
      const said = eventLine(event, state, { live });
      if (said === undefined) return;
      const line = printable(said);
      if (line === written) return;
      written = line;
      const stamped = timestamps ? `${new Date(event.clock.at).toISOString()} ${line}` : line;
      write(`${hanging(stamped, columns())}\n`);
    },
    close: async () => {},
  };
}

/** Broken between words, if there is a width: what continues a line is indented. */
function hanging(line: string, width: number | undefined): string {
  if (width === undefined || line.length <= width) return line;
  const [first = "", ...rest] = wrap(line, width);
  const others = rest.length === 0 ? [] : wrap(line.slice(first.length).trimStart(), Math.max(10, width - INDENT.length));
  return [first, ...others.map((other) => `${INDENT}${other}`)].join("\n");
}
