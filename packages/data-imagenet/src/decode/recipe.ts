/** How every picture is processed, in a form that can be sent to a thread. */
export interface Recipe {
  /** Side of the output image. */
  readonly size: number;
  /** Length of the shorter side, or with `squash` of both, before a plain crop. */
  readonly resize: number;
  readonly fit: "short-side" | "squash";
  /** What is random besides mirroring. */
  readonly augment: "resized-crop" | "crop" | "none";
  readonly flip: boolean;
  /** Minimum share of a picture's area that `resized-crop` takes. */
  readonly minArea: number;
  /** Order of the output channels. */
  readonly channels: "rgb" | "bgr";
  /** [3] or [resize, resize, 3], in the order of `channels`, of values from 0 to 255. */
  readonly mean: Float32Array;
  /** [3], in the order of `channels`. */
  readonly deviation: Float32Array;
}

/** Random numbers per picture, each uniform in [0, 1): ten tries of area and aspect ratio, then left, top, and mirror if below 0.5. */
export const DRAWS = 23;
