import type { Worker } from "node:worker_threads";
import type { Config } from "../../config.ts";
import type { Executor, LaneListener, MemberLane } from "../lanes/executor.ts";
import type { FromLane } from "../lanes/lane-messages.ts";

/**
 * Trains members in threads of this machine, as many at a time as `parallel` and the backend allow.
 * @param startThread starts a thread whose module calls `serveMembers` with this configuration
 */
export function threadExecutor(startThread: (config: Config) => Worker): Executor {
  return {
    async lanes({ here: { count, configOf } }) {
      if (count === 1) return undefined;
      let threads = 0;
      return { count, steers: true, open: (listener) => threadLane(startThread(configOf(threads++)), listener) };
    },
  };
}

/** A thread whose module calls `serveMembers`, as a lane. */
export function threadLane(thread: Worker, { message, end }: LaneListener): MemberLane {
  let closed = false;
  thread.on("message", (said: FromLane) => {
    if (!closed) message(said);
  });
  thread.on("error", (cause) => {
    if (closed) return;
    end(new Error(`a thread that trains members died: ${cause instanceof Error ? cause.message : String(cause)}`, { cause }));
  });
  thread.on("exit", () => {
    if (!closed) end(new Error("a thread that trains members ended before its time"));
  });
  return {
    post: (said) => thread.postMessage(said), // eslint-disable-line unicorn/require-post-message-target-origin -- a thread, not a window
    async close() {
      closed = true;
      await thread.terminate();
    },
  };
}
