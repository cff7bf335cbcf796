import type { FileRange } from "../decode/file-range.ts";

/** Labelled pictures of a source: an index of typed arrays, never the pictures themselves. */
export interface Pictures<P extends FileRange = FileRange> {
  /** Class of each picture [n], from 0. */
  readonly labels: Int32Array;
  place(row: number): P;
  /** The picture's name in messages; may read from the file. */
  name(row: number): string;
  /** The arrays of the index, including labels: they determine its size and its checksum. */
  readonly index: readonly (Uint8Array | Int32Array | Uint32Array | Float64Array)[];
}
