/** What is done to every picture, in a form that a thread can be told. */
export interface Recipe {
  /** Side of what comes out. */
  readonly size: number;
  /** The shorter side, or with `squash` both, before a plain crop. */
  readonly resize: number;
  readonly fit: "short-side" | "squash";
  /** What a generator changes besides mirroring. */
  readonly augment: "resized-crop" | "crop" | "none";
  readonly flip: boolean;
  /** Least share of a picture's area that `resized-crop` takes. */
  readonly minArea: number;
  /** Order of the channels that come out. */
  readonly channels: "rgb" | "bgr";
  /** [3] or [resize, resize, 3], in the order of `channels`, of values from 0 to 255. */
  readonly mean: Float32Array;
  /** [3], in the order of `channels`. */
  readonly deviation: Float32Array;
}

/** Random numbers a picture takes, each uniform in [0, 1): ten tries of area and shape, then left, top, and mirror if below 0.5. */
export const DRAWS = 23;
