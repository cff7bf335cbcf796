import { setImmediate } from "node:timers/promises";
import type { StepProgress } from "@benn/analysis";
import type { Progress } from "./progress-line.ts";

/** Interval between checks for signals. */
const MILLISECONDS = 50;

/**
 * Runs a computation to its end, shows its progress, and checks for signals between its steps.
 * @throws the signal's reason once that is aborted
 */
export async function inSteps<T>(
  steps: Generator<StepProgress, T>,
  { what, signal, onProgress }: { readonly what: string; readonly signal: AbortSignal; onProgress(progress: Progress): void },
): Promise<T> {
  let lookedAt = performance.now();
  for (;;) {
    const next = steps.next();
    if (next.done) return next.value;
    if (performance.now() - lookedAt < MILLISECONDS) continue;
    onProgress({ what, ...next.value });
    await setImmediate();
    signal.throwIfAborted();
    lookedAt = performance.now();
  }
}
