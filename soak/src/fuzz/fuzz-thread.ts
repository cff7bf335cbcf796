// A thread that gives inputs to a reader: if it hangs, its parent terminates it.
import { parentPort, workerData } from "node:worker_threads";
import { type ToTry, tryInputs } from "./try-inputs.ts";

await tryInputs(workerData as ToTry, (tried) => parentPort?.postMessage(tried)); // eslint-disable-line unicorn/require-post-message-target-origin -- a thread, not a window
