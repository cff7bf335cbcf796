import { printable } from "@benn/core/messages";
import { count, roughly } from "../run/format.ts";
import { say } from "./print.ts";

export interface Progress {
  readonly what: string;
  readonly done: number;
  /** 0: nothing is counted. */
  readonly total: number;
  /** Of all that is to be done, where that is known better than by the pace of this count. */
  readonly secondsLeft?: number | undefined;
}

export interface ProgressLine {
  show(progress: Progress): void;
  clear(): void;
}

/** Before that an estimate says little. */
const FIRST_ESTIMATE_MILLISECONDS = 2000;
/** A log gets its first line after this time: what is over sooner needs none. */
const FIRST_LINE_MILLISECONDS = 3000;
/** Between two lines of a log, at first and in the end: what takes long may say so less often. */
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
 * How far a piece of work is, on standard error, with the time left by the pace so far: a line that is written over on a terminal, a line now and then in
 * a log, nothing where the output is for a program. What counts up to the same total is one piece of work, whatever it is called meanwhile.
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
      write(`… ${text}\n`); // so that a reader can leave these lines out
      nextLineAt = at + pause;
      pause = Math.min(LONGEST_PAUSE, 1.5 * pause);
    },
    clear() {
      if (isShown) write("\r\u001B[K");
      isShown = false;
    },
  };
}
