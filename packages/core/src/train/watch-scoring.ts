import type { RunControl } from "../run-control.ts";
import { pause } from "./pause.ts";
import type { Emitted } from "./emitted.ts";

/** Shorter scorings need no event; longer ones emit one per interval. */
const PROGRESS_MILLISECONDS = 300;

export interface WatchedScoring {
  /** For people: `scoring member 3`. */
  readonly what: string;
  /** Total number of rows. */
  readonly total: number;
  readonly control: RunControl;
  /** Called after each batch, and awaited. */
  onRows?(done: number, total: number): void | Promise<void>;
}

/**
 * Runs a scoring with progress events, and pauses or stops it between two batches.
 * @param scoring yields the rows done, as `predictLogits` does
 * @returns the result of the scoring; undefined: a stop was requested
 */
export async function* watchScoring<T>(
  scoring: AsyncGenerator<number, T>,
  { what, total, control, onRows }: WatchedScoring,
): AsyncGenerator<Emitted, T | undefined> {
  let shownAt = performance.now();
  let isShown = false;
  try {
    for (;;) {
      if (control.paused) yield* pause(control);
      if (control.stopsMember) {
        yield { type: "control", state: "stopping" };
        return undefined;
      }
      const next = await scoring.next();
      if (next.done) {
        if (isShown) yield { type: "progress", what, done: total, total };
        return next.value;
      }
      await onRows?.(next.value, total);
      if (performance.now() - shownAt < PROGRESS_MILLISECONDS || next.value >= total) continue;
      yield { type: "progress", what, done: next.value, total };
      isShown = true;
      shownAt = performance.now();
    }
  } finally {
    await scoring.return(undefined as T);
  }
}
