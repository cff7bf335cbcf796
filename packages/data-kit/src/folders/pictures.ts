import type { Place } from "../decode/place.ts";

/** Labelled pictures as a source holds them: an index of typed arrays, never the pictures themselves. */
export interface Pictures<P extends Place = Place> {
  /** Class of each picture [n], from 0. */
  readonly labels: Int32Array;
  place(row: number): P;
  /** What a message calls the picture; may read from the file. */
  name(row: number): string;
  /** The arrays the index is made of, labels and all: its size, and what a checksum is taken of. */
  readonly index: readonly (Uint8Array | Int32Array | Uint32Array | Float64Array)[];
}
