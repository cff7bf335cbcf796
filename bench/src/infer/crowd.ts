import { availableParallelism } from "node:os";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { load } from "@benn/packed";

interface Task {
  readonly file: Uint8Array;
  readonly bytes: readonly Uint8Array[];
  readonly seconds: number;
}

/** Images a second with a worker for every core, each with the model to itself. */
export async function imagesPerSecond(task: Task): Promise<{ readonly workers: number; readonly perSecond: number }> {
  const workers = availableParallelism();
  const rates = await Promise.all(
    Array.from(
      { length: workers },
      () =>
        new Promise<number>((resolve, reject) => {
          const worker = new Worker(new URL(import.meta.url), { workerData: task });
          worker.once("message", resolve);
          worker.once("error", reject);
        }),
    ),
  );
  return { workers, perSecond: rates.reduce((sum, rate) => sum + rate, 0) };
}

if (!isMainThread && parentPort) {
  const { file, bytes, seconds } = workerData as Task;
  const model = await load(file);
  model.predict(bytes);
  const start = performance.now();
  let done = 0;
  while (performance.now() - start < seconds * 1000) done += model.predict(bytes).length;
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread's port has no origin
  parentPort.postMessage((done * 1000) / (performance.now() - start));
}
