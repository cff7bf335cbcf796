import type { Pictures as AnyPictures, Place as AnyPlace } from "@benn/data-kit";

/** Where the bytes of one picture lie. */
export interface Place extends AnyPlace {
  /** A picture file (JPEG, PNG), as it is if this is absent, or a message of Caffe's with pixels or a picture file in it. */
  readonly form?: "file" | "datum";
}

export type Pictures = AnyPictures<Place>;

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
