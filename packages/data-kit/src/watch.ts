import { setImmediate } from "node:timers/promises";
import type { LoadOptions } from "@benn/core";

/** Called between parts of long work: tells how far it is, lets the event loop run, and throws if the work is to stop. */
export type Tick = (done: number, total: number) => Promise<void>;

/** The same of work with a name. */
export type Watch = (what: string, done: number, total: number) => Promise<void>;

/** Tells of progress, lets messages come in between, and rejects when the signal has fired. */
export function watchLoading({ onProgress, signal }: Pick<LoadOptions, "onProgress" | "signal">): Watch {
  return async (what, done, total) => {
    onProgress?.({ what, done, total });
    await setImmediate();
    signal?.throwIfAborted();
  };
}
