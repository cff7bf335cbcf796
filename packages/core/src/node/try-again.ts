import { setTimeout } from "node:timers/promises";
import { errorCode } from "./file-error.ts";

/** Milliseconds between attempts: virus scanners release a file in less than the first, network disks often return within the last. */
const WAITS = [100, 300, 900, 2700];

/** Codes of permanent errors. */
const LASTING = new Set(["ENOENT", "ENOTDIR", "EISDIR", "ENAMETOOLONG", "ELOOP"]);

/** Whether the system may soon do what it has just refused: a busy file, a full disk, a network disk that is offline. */
export function mayPass(error: unknown): boolean {
  const code = errorCode(error);
  return code !== undefined && !LASTING.has(code);
}

/** Retries work that may fail temporarily. */
export async function tryAgain<T>(work: () => Promise<T>, waits: readonly number[] = WAITS): Promise<T> {
  for (const wait of waits) {
    try {
      return await work();
    } catch (error) {
      if (!mayPass(error)) throw error;
      await setTimeout(wait);
    }
  }
  return await work();
}
