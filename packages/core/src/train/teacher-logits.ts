/** Logits of a trained run that a loss imitates. */
export interface TeacherLogits {
  /** Logits of these training rows, in this order [rows, classes]. */
  rows(rows: Int32Array): Float32Array;
  close(): void;
}

/** Opens the logits of the run in a folder; the caller closes them. */
export type OpenTeacherLogits = (folder: string) => Promise<TeacherLogits>;
