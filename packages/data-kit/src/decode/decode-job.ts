import type { Place } from "./place.ts";

export interface ThreadData {
  readonly thread: number;
  /** What the thread was told of how to decode. */
  readonly recipe: unknown;
  /** Bytes that a decoded picture takes. */
  readonly bytesEach: number;
  /** Random numbers that a picture takes. */
  readonly draws: number;
}

/** A batch, told to every thread: each takes the next row that is left until there is none, so that nobody has to hand them out. */
export interface DecodeJob {
  readonly id: number;
  readonly places: readonly Place[];
  /** [places, draws], if pictures are to be changed at random. */
  readonly draws: Float64Array | undefined;
  /** At least [places, bytesEach], shared. */
  readonly pixels: SharedArrayBuffer;
  /** Int32 [1 + threads], shared: the next row; then, of each thread, the row it is at plus one, or 0. */
  readonly progress: SharedArrayBuffer;
}

/** What a thread says when there is no row left to take. */
export interface DecodeReport {
  readonly id: number;
  readonly broken: readonly BrokenPicture[];
}

export interface BrokenPicture {
  /** In the batch. */
  readonly row: number;
  readonly reason: string;
  /** The machine's fault rather than the picture's: a missing file, no right to read it, too many open files. */
  readonly fatal: boolean;
}
