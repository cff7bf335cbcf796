import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { Insights, InsightState } from "./insight.ts";
import type { InsightAnswer, InsightWorkerData } from "./insight-messages.ts";

/** Where the run is. */
export type InsightPlace = Omit<InsightWorkerData, "cwd">;

/** Reads from the run folder on request what views need. */
export interface InsightSource {
  readonly state: InsightState;
  /** Reads it, unless it was already read for this number of trained members. */
  want(what: keyof Insights, members: number): void;
  close(): Promise<void>;
}

/** @param place returns undefined while there is no run folder */
export function insightSource(place: () => InsightPlace | undefined): InsightSource {
  let worker: Worker | undefined;
  let state: InsightState = {};
  const asked = new Map<keyof Insights, number>();
  const receive = (answer: InsightAnswer): void => {
    // Keeps the previous result if it cannot be read again.
    const before = state[answer.what];
    state = { ...state, [answer.what]: "error" in answer ? { ...before, isLoading: false, error: answer.error } : { found: answer.found } };
  };
  const start = (where: InsightPlace): Worker => {
    const entry = new URL(`../insight-worker${extname(import.meta.filename)}`, import.meta.url);
    const workerData: InsightWorkerData = { ...where, cwd: process.cwd() };
    const started = new Worker(entry, { workerData, stdout: true, stderr: true });
    started.unref();
    started.on("message", receive);
    started.on("error", ({ message }) => {
      worker = undefined;
      for (const what of asked.keys()) receive({ what, error: `cannot be read: ${message}` });
    });
    return started;
  };
  return {
    get state() {
      return state;
    },
    want(what, members) {
      const where = place();
      if (members === 0 || !where || asked.get(what) === members || state[what]?.isLoading) return;
      asked.set(what, members);
      state = { ...state, [what]: { ...state[what], isLoading: true } };
      // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      (worker ??= start(where)).postMessage({ what });
    },
    async close() {
      await worker?.terminate();
    },
  };
}
