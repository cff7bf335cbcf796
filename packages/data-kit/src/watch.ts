import { setImmediate } from "node:timers/promises";
import type { LoadOptions } from "@benn/core";

/** Called between parts of long work: reports progress, lets the event loop run, and throws if the work must stop. */
export type Tick = (done: number, total: number) => Promise<void>;

/** The same for work with a name. */
export type Watch = (what: string, done: number, total: number) => Promise<void>;

/** Reports progress, lets messages be processed, and rejects when the signal has fired. */
export function watchLoading({ onProgress, signal }: Pick<LoadOptions, "onProgress" | "signal">): Watch {
  return async (what, done, total) => {
    onProgress?.({ what, done, total });
    await setImmediate();
    signal?.throwIfAborted();
  };
}
