import { exitCodeOf, type StopSignal } from "./exit-codes.ts";
import { Exit } from "./failure.ts";
import { onStopSignal } from "./stop-signals.ts";

/**
 * Runs work that a signal aborts; nothing of it is kept.
 * @throws Exit with the signal's exit code
 */
export async function untilStopped<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  let stopped: StopSignal | undefined;
  const release = onStopSignal((signal) => {
    stopped = signal;
    abort.abort();
  });
  try {
    return await work(abort.signal);
  } catch (error) {
    throw stopped === undefined ? error : new Exit(exitCodeOf(stopped));
  } finally {
    release();
  }
}
