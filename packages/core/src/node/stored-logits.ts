import { closeSync, openSync } from "node:fs";
import { readRows } from "./read-rows.ts";
import { checkFloats, readFloats } from "./read-floats.ts";

/** Logits [to − from, classes] of rows `from` to `to` − 1. Read only. */
export type LogitsOfRows = (from: number, to: number) => Float32Array;

export interface StoredLogitsOptions {
  readonly rows: number;
  readonly classes: number;
  /** Expected checksum of the file. */
  readonly sha256: string;
  /** Whether to keep them in memory; otherwise rows are read on request. */
  readonly keep: boolean;
}

/**
 * Opens a file of logits after verifying its checksum.
 * @throws UserError if the file is missing, was changed or has another length
 */
export async function openStoredLogits(path: string, { rows, classes, sha256, keep }: StoredLogitsOptions): Promise<LogitsOfRows> {
  const expected = { count: { floats: rows * classes, of: `${rows} rows of ${classes} classes` }, sha256 };
  if (keep) return rowsOf(await readFloats(path, expected), classes);
  await checkFloats(path, expected);
  return (from, to) => {
    const file = openSync(path, "r"); // reopened each time: runs of many members have more files than a process may have open
    try {
      return readRows(
        file,
        Int32Array.from({ length: to - from }, (_, i) => from + i),
        classes,
        path,
      );
    } finally {
      closeSync(file);
    }
  };
}

/** @param logits [rows, classes] */
export function rowsOf(logits: Float32Array, classes: number): LogitsOfRows {
  return (from, to) => logits.subarray(from * classes, to * classes);
}
