import { UserError } from "@benn/core";

/** The comparison of one of the reference's numbers with ours. */
export interface Check {
  /** Unique within its file. */
  readonly name: string;
  /** The largest permitted error. */
  readonly tolerance: number;
  /** The error: relative to the norm of the expected value, or a number of rows. Throws if ours has no such number. */
  readonly measure: () => number | Promise<number>;
}

/** The checks of one file, and what was left out of them and why, in whole sentences. */
export interface FileChecks {
  readonly file: string;
  readonly checks: readonly Check[];
  /** Called when all checks have been measured. */
  readonly notes: () => readonly string[];
}

/**
 * `‖actual − expected‖ / ‖expected‖`, Euclidean; `‖actual‖` if all expected values are zero.
 * @throws UserError if the lengths differ
 */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) {
    throw new UserError(`golden: expected ${expected.length} values, got ${actual.length}. The net is not the one of the file.`);
  }
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < expected.length; i++) {
    const value = expected[i] ?? 0;
    difference += ((actual[i] ?? 0) - value) ** 2;
    norm += value ** 2;
  }
  return Math.sqrt(norm > 0 ? difference / norm : difference);
}
