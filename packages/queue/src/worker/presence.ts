import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import { PREFIX, workerKey } from "../names.ts";
import { type WorkerRecord, workerRecord } from "../job-schema.ts";

const SECONDS = 90;

/** Publishes a worker's record as long as it lives. @returns a function that ends it */
export async function showPresence(connection: Redis, record: WorkerRecord): Promise<() => Promise<void>> {
  const key = workerKey(randomUUID());
  const write = async (): Promise<unknown> => await connection.set(key, JSON.stringify(record), "EX", SECONDS);
  await write();
  const beating = setInterval(() => void write().catch(() => {}), (SECONDS * 1000) / 3); // an unreachable server is reported elsewhere
  return async () => {
    clearInterval(beating);
    await connection.del(key);
  };
}

/** All living workers, of every version and class. */
export async function findWorkers(connection: Redis): Promise<WorkerRecord[]> {
  const keys: string[] = [];
  let cursor = "0";
  do {
    const [next, some] = await connection.scan(cursor, "MATCH", `${PREFIX}:worker:*`, "COUNT", 500);
    keys.push(...some);
    cursor = next;
  } while (cursor !== "0");
  const texts = keys.length > 0 ? await connection.mget([...new Set(keys)]) : [];
  return texts.flatMap((text) => {
    try {
      return text === null ? [] : [workerRecord.parse(JSON.parse(text))];
    } catch {
      return []; // from another version
    }
  });
}
