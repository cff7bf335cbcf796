import { totalmem } from "node:os";

/** Bytes of memory that this process may use: those of the machine, or the limit of its container. */
export function machineMemory(): number {
  const limit = process.constrainedMemory(); // 0 if no limit is known, about 2⁶⁴ if there is none
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
