import { readSync } from "node:fs";
import { UserError } from "../user-error.ts";

/**
 * Reads rows of an open file of [n, columns] float32 numbers, in this order; consecutive rows are read at once.
 * @param path of the file, for errors
 * @returns [rows.length, columns]
 * @throws UserError if the file ends before a row
 */
export function readRows(file: number, rows: Int32Array, columns: number, path: string): Float32Array {
  const taken = new Float32Array(rows.length * columns);
  const bytes = new Uint8Array(taken.buffer);
  const width = 4 * columns;
  for (let from = 0, to = 0; from < rows.length; from = to) {
    const first = rows[from] ?? 0;
    for (to = from + 1; to < rows.length && rows[to] === first + to - from;) to += 1;
    const length = (to - from) * width;
    if (readSync(file, bytes, from * width, length, first * width) !== length) {
      throw new UserError(`${path}: was cut while it was read. Does another program write it?`);
    }
  }
  return taken;
}
