/** A picture in the format of `ImageData`, sharp's raw output and the like: 1, 3 or 4 bytes per pixel, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}
