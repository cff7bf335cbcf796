/** Progress of a computation. */
export interface StepProgress {
  readonly done: number;
  readonly total: number;
}

/**
 * Runs a computation that pauses between its steps to its end. Callers that show progress, let other work in, or may abort iterate over the
 * steps instead.
 */
export function finish<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const next = steps.next();
    if (next.done) return next.value;
  }
}
