import type { Worker } from "node:worker_threads";
import type { FromRunThread } from "../run/run-messages.ts";
import type { RunListener, RunThread } from "./train-run-job.ts";

/** A thread whose module calls `serveRun`. */
export function runThread(thread: Worker, { message, end }: RunListener): RunThread {
  let closed = false;
  thread.on("message", (said: FromRunThread) => {
    if (!closed) message(said);
  });
  thread.on("error", (cause) => {
    if (!closed)
      end(new Error(`the thread that trains the run died: ${cause instanceof Error ? cause.message : String(cause)}`, { cause }));
  });
  thread.on("exit", (code) => {
    if (!closed) end(new Error(`the thread that trains the run ended before its time, with code ${code}`));
  });
  return {
    post: (said) => thread.postMessage(said), // eslint-disable-line unicorn/require-post-message-target-origin -- a thread, not a window
    async close() {
      closed = true;
      await thread.terminate();
    },
  };
}
