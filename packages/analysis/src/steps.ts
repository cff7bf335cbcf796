/** How much of a computation is done. */
export interface Step {
  readonly done: number;
  readonly total: number;
}

/**
 * Takes a computation that pauses between its steps to its end. Whoever wants to show progress, to let other work in, or to leave off, goes from step to
 * step instead.
 */
export function finish<T>(steps: Generator<unknown, T>): T {
  for (;;) {
    const next = steps.next();
    if (next.done) return next.value;
  }
}
