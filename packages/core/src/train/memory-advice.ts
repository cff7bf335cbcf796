import { OutOfMemoryError } from "../out-of-memory.ts";
import { UserError } from "../user-error.ts";

/**
 * Throws the error again, one of full memory with what to do about it.
 * @throws UserError where memory is full
 */
export function adviseOnMemory(member: number, batch: number, error: unknown): never {
  if (!(error instanceof OutOfMemoryError)) throw error;
  throw new UserError(
    `${nameOf(member)}: ${error.message} A batch of ${batch} does not fit: try --set batchSize=${Math.max(1, batch >> 1)}.`,
    { cause: error },
  );
}

/** Runs it; full memory is told with what to do about it. */
export function withMemoryAdvice<T>(member: number, batch: number, run: () => T): T {
  try {
    return run();
  } catch (error) {
    return adviseOnMemory(member, batch, error);
  }
}

/** As people count, and as the screen shows it: from 1. */
export function nameOf(member: number): string {
  return member < 0 ? "the model before member 1" : `member ${member + 1}`;
}
