import { totalmem } from "node:os";

/** Bytes of memory that this process may use: the machine's, or what a container allows of it. */
export function machineMemory(): number {
  const limit = process.constrainedMemory(); // 0 without a limit that is known, and 2⁶⁴ or so for none
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
