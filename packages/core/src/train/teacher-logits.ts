/** Logits of a trained run that a loss imitates. */
export interface TeacherLogits {
  /** Those of these training rows, in this order [rows, classes]. */
  rows(rows: Int32Array): Float32Array;
  close(): void;
}

/** Opens those of the run in a folder, which the caller closes. */
export type OpenTeacherLogits = (folder: string) => Promise<TeacherLogits>;
