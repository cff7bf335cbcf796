import { setTimeout } from "node:timers/promises";
import { errorCode } from "./file-error.ts";

/** Milliseconds between tries: virus scanners let go in less than the first, network disks often within the last. */
const WAITS = [100, 300, 900, 2700];

/** Codes of errors that time does not mend. */
const LASTING = new Set(["ENOENT", "ENOTDIR", "EISDIR", "ENAMETOOLONG", "ELOOP"]);

/** Whether the system may do a moment later what it has just refused: a busy file, a full disk, a network that is away. */
export function mayPass(error: unknown): boolean {
  const code = errorCode(error);
  return code !== undefined && !LASTING.has(code);
}

/** Does work that the system may refuse for a moment, several times if need be. */
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
