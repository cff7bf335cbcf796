/** A picture as `ImageData`, sharp's raw output and the like have it: 1, 3 or 4 bytes a pixel, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}
