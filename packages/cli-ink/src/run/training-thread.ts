import { extname } from "node:path";
import { SHARE_ENV, Worker } from "node:worker_threads";
import type { RunEvent } from "@benn/core";
import { UserError } from "@benn/core/messages";
import type { RunResult, TrainedApart } from "@benn/core/node";
import type { ControlMessage, ThreadMessage, TrainRequest } from "./thread-messages.ts";

export interface TrainingThread {
  /** Resolves to undefined if it was stopped before there was anything to save. Rejects with the thread's error. */
  readonly finished: Promise<RunResult | TrainedApart | undefined>;
  ask(what: ControlMessage): void;
  /** Terminates the thread without saving. */
  kill(): Promise<void>;
}

/** Callbacks for the thread's messages. */
export interface ThreadHandlers {
  readonly onEvent: (event: RunEvent) => void;
  /** @param what the phase before training that starts */
  readonly onPhase: (what: string) => void;
  /** @param plugins files that the run loads plugins from @param hasViews whether they have dashboard views */
  readonly onFolder: (folder: string, plugins: readonly string[], hasViews: boolean) => void;
  /** @param member to be collected that is missing */
  readonly onMissing?: (member: number) => void;
  /** Text that libraries wrote to the console. */
  readonly onNoise: (text: string) => void;
}

/** Starts training in a separate thread. */
export function startTraining(request: TrainRequest, { onEvent, onPhase, onFolder, onMissing, onNoise }: ThreadHandlers): TrainingThread {
  const entry = new URL(`../train-worker${extname(import.meta.filename)}`, import.meta.url);
  // Shares the process's own environment, for native libraries that a backend loads there: they do not see a copy.
  const worker = new Worker(entry, { workerData: request, stdout: true, stderr: true, env: SHARE_ENV });
  worker.stdout.on("data", (text: Buffer) => onNoise(text.toString()));
  worker.stderr.on("data", (text: Buffer) => onNoise(text.toString()));
  const finished = new Promise<RunResult | TrainedApart | undefined>((resolve, reject) => {
    worker.on("message", (message: ThreadMessage) => {
      if (message.kind === "event") onEvent(message.event);
      else if (message.kind === "phase") onPhase(message.what);
      else if (message.kind === "folder") onFolder(message.folder, message.plugins, message.hasViews);
      else if (message.kind === "missing") onMissing?.(message.member);
      else if (message.kind === "end") resolve(message.result);
      else if (message.kind === "stopped") resolve(undefined);
      else reject(revive(message));
    });
    worker.on("error", (cause) => reject(threadError(cause)));
    worker.on("exit", (code) => reject(new Error(`the training thread died with code ${code}`)));
  });
  return {
    finished,
    // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    ask: (what) => worker.postMessage(what),
    async kill() {
      await worker.terminate();
    },
  };
}

/** The cause of death of a thread that could not report it. */
function threadError(cause: unknown): Error {
  if ((cause as NodeJS.ErrnoException).code === "ERR_WORKER_OUT_OF_MEMORY") {
    return new UserError(
      "the training thread got no more memory from the system (or reached V8's limit for its heap). What was saved stands. " +
        "Raise a limit on address space (ulimit -v) or on memory (the container's, --max-old-space-size), or train smaller batches: --set batchSize=N.",
      { cause },
    );
  }
  return new Error(`the training thread died: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}

/** Errors lose their class when they are sent between threads. */
function revive({ isUserError, message, stack }: Extract<ThreadMessage, { kind: "failed" }>): Error {
  const error = isUserError ? new UserError(message) : new Error(message);
  error.stack = stack;
  return error;
}
