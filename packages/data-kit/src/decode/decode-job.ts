import type { FileRange } from "./file-range.ts";

export interface ThreadData {
  readonly thread: number;
  /** The pool's recipe. */
  readonly recipe: unknown;
  /** Bytes per decoded picture. */
  readonly bytesEach: number;
  /** Random numbers per picture. */
  readonly draws: number;
}

/** A batch, sent to every thread: each takes the next row until none is left, so that no dispatcher is needed. */
export interface DecodeJob {
  readonly id: number;
  readonly places: readonly FileRange[];
  /** [places, draws], for random augmentation. */
  readonly draws: Float64Array | undefined;
  /** At least [places, bytesEach], shared. */
  readonly pixels: SharedArrayBuffer;
  /** Int32 [1 + threads], shared: the next row; then, for each thread, its current row plus one, or 0. */
  readonly progress: SharedArrayBuffer;
}

/** The message of a thread when there is no row left. */
export interface DecodeReport {
  readonly id: number;
  readonly broken: readonly BrokenPicture[];
}

export interface BrokenPicture {
  /** Index in the batch. */
  readonly row: number;
  readonly reason: string;
  /** Whether the machine rather than the picture is the cause: a missing file, no permission, too many open files. */
  readonly fatal: boolean;
}
