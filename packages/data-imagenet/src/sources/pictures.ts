import type { Pictures as AnyPictures, Place as AnyPlace } from "@benn/data-kit";

/** Where the bytes of one picture are. */
export interface Place extends AnyPlace {
  /** Absent or `file`: a picture file (JPEG, PNG). `datum`: a message of Caffe with pixels or a picture file in it. */
  readonly form?: "file" | "datum";
}

export type Pictures = AnyPictures<Place>;

/** What every source of pictures provides. */
export interface Source {
  readonly kind: "folders" | "lmdb" | "shards";
  readonly train: Pictures;
  readonly test: Pictures;
  /** Class names. */
  readonly labels: readonly string[];
  /** What of the folders is unused, one sentence per part. */
  readonly warnings?: readonly string[];
}
