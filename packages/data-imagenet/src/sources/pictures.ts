import type { Pictures as AnyPictures, FileRange } from "@benn/data-kit";

/** Where the bytes of one picture are. */
export interface PictureRange extends FileRange {
  /** Absent or `file`: a picture file (JPEG, PNG). `datum`: a message of Caffe with pixels or a picture file in it. */
  readonly form?: "file" | "datum";
}

export type Pictures = AnyPictures<PictureRange>;

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
