/** Where the bytes of one picture lie, in a form that a thread can be told. */
export interface Place {
  readonly path: string;
  /** Of the first byte in the file. */
  readonly offset: number;
  /** −1: to the end of the file. */
  readonly length: number;
  /** A picture file (JPEG, PNG), or a message of Caffe's with pixels or a picture file in it. */
  readonly form: "file" | "datum";
}

/** Labelled pictures as a source holds them: an index of typed arrays, never the pictures themselves. */
export interface Pictures {
  /** Class of each picture [n], from 0. */
  readonly labels: Int32Array;
  place(row: number): Place;
  /** What a message calls the picture; may read from the file. */
  name(row: number): string;
  /** The arrays the index is made of, labels and all: its size, and what a checksum is taken of. */
  readonly index: readonly (Uint8Array | Int32Array | Uint32Array | Float64Array)[];
}

/** What any of the places that pictures can come from gives. */
export interface Source {
  readonly kind: "folders" | "lmdb" | "shards";
  readonly train: Pictures;
  readonly test: Pictures;
  /** Class names. */
  readonly labels: readonly string[];
  /** What of the folders is not used, a sentence a part. */
  readonly warnings?: readonly string[];
}

/** How the making of an index tells of its progress and is broken off. */
export interface Watch {
  /** Called now and then; resolves when the event loop has turned. Rejects when the work is to end. */
  tick(what: string, done: number, total: number): Promise<void>;
}
