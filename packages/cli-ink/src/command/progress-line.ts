import { printable } from "@benn/core/messages";
import { count, duration } from "../run/format.ts";

export interface Progress {
  readonly what: string;
  readonly done: number;
  readonly total: number;
}

/** Before that an estimate says little. */
const FIRST_ESTIMATE_MILLISECONDS = 2000;

/**
 * A line on standard error that is written over, with the time left by the pace so far; nothing where no terminal shows it. What counts up to
 * the same total is one piece of work, whatever it is called meanwhile.
 */
export function progressLine({
  shown,
  write = (text) => void process.stderr.write(text),
}: {
  readonly shown: boolean;
  write?(text: string): void;
}): { show(progress: Progress): void; clear(): void } {
  let began = { total: -1, done: 0, at: 0 };
  let isShown = false;
  return {
    show({ what, done, total }) {
      if (!shown) return;
      const now = performance.now();
      if (total !== began.total || done < began.done) began = { total, done, at: now };
      const passed = now - began.at;
      const left = done > began.done ? ((passed / 1000) * (total - done)) / (done - began.done) : undefined;
      const estimate = left === undefined || passed < FIRST_ESTIMATE_MILLISECONDS ? "" : `, about ${duration(left)} left`;
      write(`\r${printable(what)}: ${count(done)} of ${count(total)}${estimate}\u001B[K`);
      isShown = true;
    },
    clear() {
      if (isShown) write("\r\u001B[K");
      isShown = false;
    },
  };
}
