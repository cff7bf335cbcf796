import type { Redis } from "ioredis";
import type { JobControl } from "../job-schema.ts";
import { jobKeys } from "../names.ts";
import { parseControl } from "./train-job.ts";

/**
 * The requests of runs to jobs: a key that contains them, and a channel that announces changes. Messages of the channel are lost while the
 * server is unreachable, so the keys are also read periodically.
 * @param subscriber a connection of its own
 */
export function listenToControls(
  subscriber: Redis,
  connection: Redis,
  lockSeconds: number,
): { listen(jobId: string, onControl: (control: JobControl) => void): () => void; close(): Promise<void> } {
  const listeners = new Map<string, (control: JobControl) => void>();
  const read = async (key: string): Promise<void> => {
    const control = parseControl(await connection.get(key));
    if (control) listeners.get(key)?.(control);
  };
  subscriber.on("message", (key: string) => void read(key).catch(() => {}));
  const reading = setInterval(() => {
    for (const key of listeners.keys()) read(key).catch(() => {}); // read again next time
  }, 500 * lockSeconds).unref();
  return {
    listen(jobId, onControl) {
      const key = jobKeys(jobId).control;
      listeners.set(key, onControl);
      const reads = async (): Promise<void> => {
        await subscriber.subscribe(key);
        await read(key);
      };
      reads().catch(() => {});
      return () => {
        listeners.delete(key);
        subscriber.unsubscribe(key).catch(() => {});
      };
    },
    async close() {
      clearInterval(reading);
      subscriber.disconnect();
    },
  };
}
