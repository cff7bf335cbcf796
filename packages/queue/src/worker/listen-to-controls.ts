import type { Redis } from "ioredis";
import type { JobControl } from "../job-schema.ts";
import { jobKeys } from "../names.ts";
import { parseControl } from "./train-job.ts";

/**
 * What runs ask of jobs: a key that holds it, and a channel that says when it changes. What a channel says while the server is away is lost, so
 * the keys are read again now and then.
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
