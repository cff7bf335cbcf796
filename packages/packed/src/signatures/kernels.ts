// Made by assembly/build.mjs of assembly/index.ts, not to be changed by hand.

/** The functions of assembly/index.ts. */
export interface KernelFunctions {
  /**
   * y [oh, ow, words of f] = the bits `count < limit`, each XOR `flips` [words of f].
   * @param tables for each class of pixels [padded f] i32: −limit, in the order of the filters
   * @param classes u32 byte offsets into the tables, for each output row and then for each output column
   * @param rows scratch for two patches
   */
  readonly binaryConvBits: (
    x: number,
    h: number,
    w: number,
    c: number,
    kernel: number,
    kh: number,
    kw: number,
    f: number,
    oh: number,
    ow: number,
    sh: number,
    sw: number,
    top: number,
    left: number,
    tables: number,
    classes: number,
    flips: number,
    y: number,
    rows: number,
    vectors: number,
  ) => void;
  /**
   * y [oh, ow, f] = float32(base − 2·count)·scale, then + bias (unless 0), stored by mode as in `storeFloats`.
   * @param tables for each class of pixels [padded f] i32: base, in the order of the filters
   * @param scale [padded f] in natural order, like bias
   */
  readonly binaryConvFloats: (
    x: number,
    h: number,
    w: number,
    c: number,
    kernel: number,
    kh: number,
    kw: number,
    f: number,
    oh: number,
    ow: number,
    sh: number,
    sw: number,
    top: number,
    left: number,
    tables: number,
    classes: number,
    scale: number,
    bias: number,
    mode: number,
    y: number,
    rows: number,
    vectors: number,
  ) => void;
  /** y [oh, ow, words] = the OR over the window, XOR `flips` [words]: the bits of a maximum. Outside the image no bits are set. */
  readonly orPool: (
    x: number,
    h: number,
    w: number,
    words: number,
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
  /** y [pixels, words of c] = the bits x ≥ threshold, each XOR `flips` [words of c]. The bit of a NaN threshold is never set. */
  readonly thresholdBits: (x: number, pixels: number, c: number, thresholds: number, flips: number, y: number) => void;
  /** y = a + b. */
  readonly add: (a: number, b: number, n: number, y: number) => void;
  /** y = (x − mean)·factor + offset for x [pixels, c]. */
  readonly affine: (x: number, pixels: number, c: number, mean: number, factor: number, offset: number, y: number) => void;
  /**
   * y = the sum over the part of the window inside the image, row by row from 0, divided by the size of the whole window or,
   * with `inside`, by the number of its pixels inside.
   */
  readonly averagePool: (
    x: number,
    h: number,
    w: number,
    c: number,
    kh: number,
    kw: number,
    oh: number,
    ow: number,
    sh: number,
    sw: number,
    top: number,
    left: number,
    inside: number,
    y: number,
  ) => void;
  /** y = the maximum over the part of the window inside the image. */
  readonly maxPool: (
    x: number,
    h: number,
    w: number,
    c: number,
    kh: number,
    kw: number,
    oh: number,
    ow: number,
    sh: number,
    sw: number,
    top: number,
    left: number,
    y: number,
  ) => void;
  /**
   * y [c] = the mean of x [pixels, c] over the pixels: runs of 32 pixels are added in float32 (in float64 for the last channels that do not
   * fill four), and the runs in float64; the sum is divided in float64 and rounded once.
   */
  readonly mean: (x: number, pixels: number, c: number, y: number) => void;
  /** y [panels·32] = Σ x[i]·panel[i][·], starting from 0 with i ascending from 0. @param panel [panels][n][32] */
  readonly multiplyVector: (x: number, n: number, panel: number, panels: number, y: number) => void;
  /** y [pixels, to] = x [pixels, c] with `before` channels of zeros in front and zeros behind. */
  readonly padChannels: (x: number, pixels: number, c: number, before: number, to: number, y: number) => void;
  /** y = max(0, x); NaN becomes 0. */
  readonly relu: (x: number, n: number, y: number) => void;
  /** The image as int16 byte − 128 inside a frame of zeros: [rows, columns, c] with the image's corner at (top, left). */
  readonly frameImage: (
    bytes: number,
    h: number,
    w: number,
    c: number,
    top: number,
    left: number,
    rows: number,
    columns: number,
    framed: number,
  ) => void;
  /**
   * y [oh, ow, words of f] = the bits `float32 sum ≥ threshold`, each XOR `flips` [words of f].
   * @param framed the image, from `frameImage`
   * @param integers [⌈f / 16⌉][⌈taps·c / 2⌉][16 filters][2] int16, the rounded kernel
   * @param bands for each class of pixels [⌈f / 16⌉][16 + 16] i32: up to the first the bit is certainly 0, above the second certainly 1
   * @param classes u32 byte offsets into the bands, for each output row and then for each output column
   * @param floats the image in float32; kernel and block as in `realConv`; thresholds [f]
   * @param patch scratch: 2·(pairs·4 + kw·c·2 + 16) + pairs·8 bytes, where pairs = ⌈taps·c / 2⌉
   * @returns how many float32 sums were computed
   */
  readonly imageConvBits: (
    framed: number,
    columns: number,
    h: number,
    w: number,
    c: number,
    integers: number,
    kh: number,
    kw: number,
    f: number,
    oh: number,
    ow: number,
    sh: number,
    sw: number,
    top: number,
    left: number,
    bands: number,
    classes: number,
    floats: number,
    kernel: number,
    block: number,
    thresholds: number,
    flips: number,
    y: number,
    patch: number,
  ) => number;
  /** floats [pixels, c] = table[channel][byte]. */
  readonly lookUp: (bytes: number, pixels: number, c: number, table: number, floats: number) => void;
  /**
   * y [oh, ow, f] = the sums, then + bias [padded f] (unless 0), then max(0, ·) if relu.
   * @param kernel [⌈f / 8⌉][taps·c][8], zeros for missing filters
   * @param block number of values of a patch per block
   * @param patch scratch for four patches and 32 bytes
   */
  readonly realConv: (
    x: number,
    h: number,
    w: number,
    c: number,
    kernel: number,
    kh: number,
    kw: number,
    f: number,
    oh: number,
    ow: number,
    sh: number,
    sw: number,
    top: number,
    left: number,
    block: number,
    bias: number,
    relu: number,
    y: number,
    patch: number,
  ) => void;
  /**
   * Bits `count < limit`, each XOR `flips`, y [oh, ow, words of f]; or floats as from `finishFloats`, y [oh, ow, f]. Taps that are outside
   * for both pixels of a pair are not counted; those outside for one count as bits of 0.
   * @param merged whether the taps of a patch are joined into one row of bits, as if it were one tap of kh·kw·c channels
   * @param counts [256] vectors, see above
   * @param tables for each class of pixels: limits [f padded to 32] i16, or bases i32 if `scale` is not 0
   * @param classes u32 byte offsets into the tables, for each output row and then for each output column
   * @param scratch of `tableScratch` bytes
   */
  readonly tableConv: (
    x: number,
    h: number,
    w: number,
    c: number,
    kernel: number,
    kh: number,
    kw: number,
    f: number,
    oh: number,
    ow: number,
    sh: number,
    sw: number,
    top: number,
    left: number,
    merged: number,
    counts: number,
    tables: number,
    classes: number,
    flips: number,
    scale: number,
    bias: number,
    mode: number,
    y: number,
    scratch: number,
  ) => void;
}
