// The door of threads that train whole runs: without the client of the server, which such a thread does not need.
import { isMainThread, parentPort } from "node:worker_threads";
import { type Config, UserError } from "@benn/core";
import { RunControl, train, type TrainOptions } from "@benn/core/node";
import type { FromRunThread, ToRunThread } from "./run-messages.ts";

export interface RunToServe {
  readonly config: Config;
  /** Where the run's folder is made, or lies already if `resume` says so. */
  readonly folder: string;
  readonly resume: boolean;
}

/**
 * Trains a whole run in this worker thread, from its beginning or from where its folder stands. The whole of a worker's module is
 *
 *     await serveRun(workerData, async () => ({ container }));
 *
 * @param open gives what the run is trained with: a container with the worker's plugins above all
 */
export async function serveRun(
  { config, folder, resume }: RunToServe,
  open: () => Promise<Pick<TrainOptions, "container" | "executor" | "checkMember">>,
): Promise<void> {
  if (isMainThread || !parentPort) throw new Error("serveRun: runs in a worker thread");
  const port = parentPort;
  // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  const post = (message: FromRunThread): void => port.postMessage(message);
  const control = new RunControl();
  const end = new AbortController();
  let isRestWanted = false;
  let goOn: () => void = () => {};
  port.on("message", (message: ToRunThread) => {
    if (message.kind === "rest") isRestWanted = true;
    else if (message.kind === "go-on") goOn();
    else if (message.stop === "now") {
      control.stopNow();
      end.abort(); // a download does not look at the control
    } else if (message.stop === "after-epoch") control.stopAfterEpoch();
    else if (message.stop === "after-member") control.stopAfterMember();
    else if (message.paused) control.pause();
    else control.resume();
  });
  try {
    const options: TrainOptions = { ...(await open()), control, signal: end.signal, ...(resume ? { resume: folder } : { out: folder }) };
    const run = train(config, options);
    for (;;) {
      const next = await run.next();
      if (next.done) {
        post({ kind: "end", reason: next.value.reason });
        break;
      }
      post({ kind: "event", event: next.value });
      if (!isRestWanted) continue;
      isRestWanted = false;
      const going = new Promise<void>((resolve) => (goOn = resolve));
      post({ kind: "rests" });
      await going;
    }
  } catch (error) {
    if (end.signal.aborted && error instanceof Error && error.name === "AbortError") post({ kind: "end", reason: "interrupted" });
    else {
      const [message, stack] = error instanceof Error ? [error.message, error.stack ?? ""] : [String(error), ""];
      post({ kind: "failed", isUserError: error instanceof UserError, message, stack });
    }
  }
}
