/** Where the bytes of one picture lie, in a form that a thread can be told. */
export interface Place {
  readonly path: string;
  /** Of the first byte in the file. */
  readonly offset: number;
  /** −1: to the end of the file. */
  readonly length: number;
}
