import { printable } from "@benn/core/messages";
import { count, roughly } from "../run/format.ts";
import { say } from "./print.ts";

export interface Progress {
  readonly what: string;
  readonly done: number;
  /** 0: there is no count. */
  readonly total: number;
  /** Of the whole work, if it is known better than from the pace of this count. */
  readonly secondsLeft?: number | undefined;
}

export interface ProgressLine {
  show(progress: Progress): void;
  clear(): void;
}

/** Earlier estimates are too inaccurate. */
const FIRST_ESTIMATE_MILLISECONDS = 2000;
/** A log receives its first line after this time: shorter work needs none. */
const FIRST_LINE_MILLISECONDS = 3000;
/** Pauses between two lines of a log, at first and later: long work may report less often. */
const [SHORTEST_PAUSE, LONGEST_PAUSE] = [5000, 60_000];

interface Place {
  readonly isTerminal: boolean;
  write(text: string): void;
  /** Milliseconds. */
  now(): number;
}

const standardError = (): Place => ({
  isTerminal: process.stderr.isTTY,
  write: (text) => (process.stderr.isTTY ? void process.stderr.write(text) : say(text)),
  now: () => performance.now(),
});

/**
 * Shows the progress of a piece of work on standard error, with the time left at the pace so far: a line that is overwritten on a terminal,
 * an occasional line in a log, nothing if the output is for a program. Counts up to the same total belong to one piece of work, whatever
 * they are called.
 */
export function progressLine({
  json = false,
  place = standardError(),
}: { readonly json?: boolean | undefined; readonly place?: Place } = {}): ProgressLine {
  const { isTerminal, write, now } = place;
  const startedAt = now();
  let began = { total: -1, done: 0, at: 0 };
  let isShown = false;
  let nextLineAt = startedAt + FIRST_LINE_MILLISECONDS;
  let pause = SHORTEST_PAUSE;
  return {
    show({ what, done, total, secondsLeft }) {
      if (json) return;
      const at = now();
      if (total !== began.total || done < began.done) began = { total, done, at };
      if (!isTerminal && at < nextLineAt) return;
      const passed = at - began.at;
      const pace = done > began.done && passed >= FIRST_ESTIMATE_MILLISECONDS ? passed / 1000 / (done - began.done) : undefined;
      const left = secondsLeft ?? (pace === undefined ? undefined : pace * (total - done));
      const estimate = left === undefined ? "" : `, about ${roughly(left)} left`;
      const text = total > 0 ? `${printable(what)}: ${count(done)} of ${count(total)}${estimate}` : printable(what);
      if (isTerminal) {
        write(`\r${text}\u001B[K`);
        isShown = true;
        return;
      }
      write(`… ${text}\n`); // so that a reader can filter these lines out
      nextLineAt = at + pause;
      pause = Math.min(LONGEST_PAUSE, 1.5 * pause);
    },
    clear() {
      if (isShown) write("\r\u001B[K");
      isShown = false;
    },
  };
}
