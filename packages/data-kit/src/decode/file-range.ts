/** Where the bytes of one picture are, in a form that can be sent to a thread. */
export interface FileRange {
  readonly path: string;
  /** Offset of the first byte in the file. */
  readonly offset: number;
  /** −1: to the end of the file. */
  readonly length: number;
}
