// Made by assembly/build.mjs of assembly/planes.ts, not to be changed by hand.

/** The functions of assembly/planes.ts. */
export interface PlaneKernels {
  /**
   * y = the number of the channel's thresholds that are at most x, x [pixels, c]; all planes XOR `flips` [words of c].
   * @param thresholds [⌈c / 4⌉][2^planes − 1][4], NaN beyond the last channel
   */
  readonly quantize: (
    x: number,
    pixels: number,
    c: number,
    planes: number,
    thresholds: number,
    flips: number,
    y: number,
    planeBytes: number,
  ) => void;
  /** y [pixels, c] = the values as floats. */
  readonly unpack: (x: number, pixels: number, c: number, planes: number, planeBytes: number, y: number) => void;
  /** y [planes][oh, ow, words] = the largest value in the window, all planes XOR `flips` [words]. Outside the image values are 0. */
  readonly maxPlanes: (
    x: number,
    h: number,
    w: number,
    words: number,
    planes: number,
    kh: number,
    kw: number,
    oh: number,
    ow: number,
    sh: number,
    sw: number,
    top: number,
    left: number,
    flips: number,
    y: number,
  ) => void;
  /** y [pixels, f] = x [pixels]; writes up to 12 bytes beyond. */
  readonly spread: (x: number, pixels: number, f: number, y: number) => void;
}
