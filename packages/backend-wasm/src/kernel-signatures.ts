// Made by assembly/build.mjs of assembly/index.ts, not to be changed by hand.

/** Work that can be split: from … to of it, with scratch of a thread's own. */
export interface SplitKernels {
  /** One step of Adam, with the numbers of adam-rates.ts at `rates`. */
  readonly adamStep: (
    from: number,
    to: number,
    scratch: number,
    rates: number,
    w: number,
    g: number,
    m: number,
    v: number,
    w1: number,
    m1: number,
    v1: number,
  ) => void;
  readonly moments: (
    from: number,
    to: number,
    scratch: number,
    program: number,
    count: number,
    length: number,
    shift: number,
    grain: number,
    partials: number,
  ) => void;
  readonly gradientSums: (
    from: number,
    to: number,
    scratch: number,
    program: number,
    count: number,
    length: number,
    mean: number,
    grain: number,
    partials: number,
  ) => void;
  /** Like `binaryConv2d` for inputs without zeros; from … to are output rows of all images. */
  readonly binaryConvRows: (
    from: number,
    to: number,
    scratch: number,
    geometry: number,
    signs: number,
    packed: number,
    y: number,
    relu: number,
  ) => void;
  /**
   * y[from..to, f] = the integer sums times the filter's factor, plus its bias, and at least 0 with `relu`; from … to are pixels. `valid` is
   * 0 if no input value is 0.
   */
  readonly binaryConv2d: (
    from: number,
    to: number,
    scratch: number,
    geometry: number,
    signs: number,
    valid: number,
    packed: number,
    y: number,
    relu: number,
  ) => void;
  /**
   * Writes the tables of lookup.ts; the kernel [taps, c, f] as [blocks of filters][nibbles][filters of the block], each sixteen filters in
   * the order 0, 8, 1, 9, 2 …; then the factor of each filter, the magnitude of its first weight times `factor`, and its bias, or 0; then,
   * tap by tap, the number of its positive weights. from … to are groups of four filters.
   */
  readonly packFilters: (
    from: number,
    to: number,
    scratch: number,
    kernel: number,
    taps: number,
    c: number,
    f: number,
    factor: number,
    bias: number,
    packed: number,
  ) => void;
  /**
   * codes[chunk][pixel][⌈c/16⌉·16] of the pixels from … to: one byte for each of the chunk's four groups of `group` images, from the bits of
   * x [images, pixels, c]. `valid` is 0 if no value is 0.
   */
  readonly imageCodes: (
    from: number,
    to: number,
    scratch: number,
    signs: number,
    valid: number,
    images: number,
    pixels: number,
    c: number,
    group: number,
    codes: number,
  ) => void;
  /** codes[chunk][rows] of the rows from … to of the kernel [rows, f]: one byte for each of the chunk's four groups of `group` filters. */
  readonly kernelCodes: (
    from: number,
    to: number,
    scratch: number,
    kernel: number,
    rows: number,
    f: number,
    group: number,
    codes: number,
  ) => void;
  /**
   * dx [images, h, w, c], 16 images at a time: for every output pixel, the filters' signed sums of dy, multiplied by factor[f], form tables,
   * and every (tap, channel) adds its entries to a few rows of dx, which are kept as [row][column][channel][image] until they are complete.
   * from … to are units: for each 16 images, `splits` parts of the channels. For `sum` and `unit` see `scatterColumn`.
   */
  readonly binaryInputGrad: (
    from: number,
    to: number,
    scratch: number,
    geometry: number,
    dy: number,
    codes: number,
    factor: number,
    dx: number,
    group: number,
    splits: number,
    sum: number,
    unit: number,
  ) => void;
  /**
   * partials[unit][rows][16] = Σ x·dy over a part of the output pixels and all images, for 16 filters: for every pixel, the images' signed
   * sums of dy form tables, and every (tap, channel) adds the entries of its codes. from … to are units: for each of `splits` parts of the
   * pixels, the planes of 16 filters.
   */
  readonly binaryKernelGrad: (
    from: number,
    to: number,
    scratch: number,
    geometry: number,
    dy: number,
    codes: number,
    partials: number,
    group: number,
    three: number,
    splits: number,
  ) => void;
  /** dKernel [rows, f] = factor[f] · the partial sums [split][plane][rows][2^lanes] of all splits, for the rows from … to. */
  readonly addKernelPartials: (
    from: number,
    to: number,
    scratch: number,
    partials: number,
    rows: number,
    f: number,
    splits: number,
    factor: number,
    lanes: number,
    dKernel: number,
  ) => void;
  /** y [taps, c, f] = w minus its mean over c if c > 1, clipped to [−1, 1]; from … to are taps. */
  readonly centreAndClip: (from: number, to: number, scratch: number, w: number, c: number, f: number, y: number) => void;
  /** y [rows, f] = mean |w| of the filter · sign(w), for the groups of four filters from … to. */
  readonly binaryKernel: (from: number, to: number, scratch: number, w: number, rows: number, f: number, y: number) => void;
  /**
   * dw [rows, f] = (a·dy if |w| ≤ 1, + sign(w)·Σ(dy·sign(w))/rows) · factor; from … to are groups of four filters, and a is the magnitude of
   * `binary` [rows, f], one per filter.
   */
  readonly binaryKernelGradient: (
    from: number,
    to: number,
    scratch: number,
    w: number,
    binary: number,
    dy: number,
    rows: number,
    f: number,
    factor: number,
    dw: number,
  ) => void;
  /** Packs the pixels of blocks from … to of a program's values, all −1, 0 or +1; gaps[block] is set if any was 0. */
  readonly packBits: (
    from: number,
    to: number,
    scratch: number,
    program: number,
    count: number,
    c: number,
    length: number,
    signs: number,
    valid: number,
    gaps: number,
  ) => void;
  /**
   * One step of Bop: a sign flips if the averaged gradient has the same sign and exceeds the threshold. `kept` is 1 − γ, computed in double
   * precision.
   */
  readonly bopStep: (
    from: number,
    to: number,
    scratch: number,
    w: number,
    g: number,
    m: number,
    w1: number,
    m1: number,
    gamma: number,
    kept: number,
    threshold: number,
  ) => void;
  /**
   * The signs of `conv2d`'s values after a chain of batch norms and ReLUs; the values exist only in a cache: see `packSigns`. Products are
   * rounded before they are added.
   * @param quantized output of `quantizeConvKernel`, or 0
   */
  readonly conv2dSigns: (
    from: number,
    to: number,
    scratch: number,
    geometry: number,
    x: number,
    packedW: number,
    signs: number,
    bias: number,
    thresholds: number,
    length: number,
    quantized: number,
  ) => void;
  /**
   * y[from..to, f]: for every output pixel the sum over taps and channels of x·kernel, plus bias[f] unless that is 0. With `spread` above 1
   * the input is dilated, as if that many − 1 zeros were between its pixels: the gradient with respect to a strided convolution's input. For
   * `fused` see `multiplyPanels`.
   */
  readonly conv2d: (
    from: number,
    to: number,
    scratch: number,
    geometry: number,
    x: number,
    packedW: number,
    y: number,
    bias: number,
    fused: number,
  ) => void;
  /**
   * partials[split][taps, c, f] = the sum over the split's output pixels of (input under the tap)ᵀ·dy, where dy is the values of a program.
   * from … to are taps (or all at once, see filterGradUnits) within splits of `pixelsPerSplit`.
   */
  readonly conv2dFilterGrad: (
    from: number,
    to: number,
    scratch: number,
    geometry: number,
    x: number,
    dy: number,
    partials: number,
    pixels: number,
    pixelsPerSplit: number,
    length: number,
    plain: number,
  ) => void;
  /** y = the sum of `count` arrays, `stride` bytes apart, times factor, for the floats from … to. */
  readonly addPartials: (
    from: number,
    to: number,
    scratch: number,
    partials: number,
    count: number,
    stride: number,
    factor: number,
    y: number,
  ) => void;
  /** Copies [from … to] × n1 × n2 runs of `bytes` bytes between two strided arrays: the common core of padding and slicing. */
  readonly copyRuns: (
    from: number,
    to: number,
    scratch: number,
    src: number,
    s0: number,
    s1: number,
    s2: number,
    dst: number,
    d0: number,
    d1: number,
    d2: number,
    n1: number,
    n2: number,
    bytes: number,
  ) => void;
  /** Fills the floats from … to with a value. */
  readonly fill: (from: number, to: number, scratch: number, dst: number, value: number) => void;
  /** y[i] = op(x[i]) for from ≤ i < to, op one of operations.ts; low and high are for `CLIP`. */
  readonly unary: (from: number, to: number, scratch: number, op: number, x: number, y: number, low: number, high: number) => void;
  /**
   * y[i] = op(a[i], b[i]) for from ≤ i < to, op one of operations.ts.
   */
  readonly binary: (from: number, to: number, scratch: number, op: number, a: number, b: number, y: number) => void;
  /**
   * y = op(a, b) for a [outer, middle, inner] and b [outer, 1, inner]; from … to are patterns, broadcastRows of them per outer index.
   * Scratch: patternLength(inner) floats.
   */
  readonly binaryBroadcast: (
    from: number,
    to: number,
    scratch: number,
    op: number,
    a: number,
    b: number,
    y: number,
    middle: number,
    inner: number,
  ) => void;
  /** y = running·momentum + batch·share for the elements from … to. */
  readonly movingAverage: (
    from: number,
    to: number,
    scratch: number,
    running: number,
    batch: number,
    momentum: number,
    share: number,
    y: number,
  ) => void;
  /** C[from..to, n] = A[m, k]·B packed; A's strides in bytes, C dense. */
  readonly matmul: (
    from: number,
    to: number,
    scratch: number,
    a: number,
    aRow: number,
    aColumn: number,
    packedB: number,
    c: number,
    n: number,
    k: number,
    fused: number,
  ) => void;
  /**
   * Packs dy, a program's values [images, pixels, f]; from … to are the units of one chunk. partials[chunk][length] (float64), unless it is
   * 0, receives their sums for the bias. If there are factors, one per filter, filterMax[chunk][length] (float32) receives the largest
   * magnitudes, and pixelMax[image][pixel] the largest magnitude times its factor.
   */
  readonly packGradient: (
    from: number,
    to: number,
    scratch: number,
    program: number,
    registers: number,
    images: number,
    pixels: number,
    f: number,
    length: number,
    packed: number,
    grain: number,
    partials: number,
    factors: number,
    filterMax: number,
    pixelMax: number,
  ) => void;
  /** y for the images `from` ≤ b < `to`. */
  readonly maxPool: (from: number, to: number, scratch: number, geometry: number, x: number, y: number) => void;
  /** y = the sum over the part of the window inside the image, divided by `divisor`, or by the number of values inside if that is 0. */
  readonly avgPool: (from: number, to: number, scratch: number, geometry: number, x: number, y: number, divisor: number) => void;
  /** dx: each dy goes to the first element, in rows then columns, that equals its window's maximum y. */
  readonly maxPoolGrad: (from: number, to: number, scratch: number, geometry: number, x: number, y: number, dy: number, dx: number) => void;
  /** dx += dy/(kh·kw) over each window: like TensorFlow.js, regardless of padding. */
  readonly avgPoolGrad: (from: number, to: number, scratch: number, geometry: number, dy: number, dx: number) => void;
  /** y = the program's values, for the blocks `from` ≤ i < `to`. */
  readonly materialize: (from: number, to: number, scratch: number, program: number, count: number, length: number, y: number) => void;
  /**
   * Quantizes the packed dy of the pixels from … to for both gradients. An element's random bits are a hash of its index and the seed. Both
   * gradients are rounded by the same bits, which makes neither less random.
   */
  readonly quantizeGradient: (
    from: number,
    to: number,
    scratch: number,
    packed: number,
    images: number,
    pixels: number,
    f: number,
    seed: number,
    factor: number,
    filterInverse: number,
    imageInverse: number,
    forKernel: number,
    forInput: number,
  ) => void;
  /** Like binaryKernelGrad, from dy [plane][pixel][image][32]: partials[unit][rows][32], not yet scaled. */
  readonly quantizedKernelGrad: (
    from: number,
    to: number,
    scratch: number,
    geometry: number,
    dy: number,
    codes: number,
    partials: number,
    group: number,
    three: number,
    splits: number,
  ) => void;
  /**
   * Like binaryInputGrad, 32 images at a time, from dy [block][pixel][filter][32] that is already multiplied by the filters' magnitudes; the
   * sums of image i are multiplied by imageScale[i].
   */
  readonly quantizedInputGrad: (
    from: number,
    to: number,
    scratch: number,
    geometry: number,
    dy: number,
    codes: number,
    imageScale: number,
    dx: number,
    group: number,
    splits: number,
    sum: number,
    unit: number,
  ) => void;
  /** partials[chunk][length] (float64) = sums of the program's values over the patterns from … to of one chunk. */
  readonly sumRows: (
    from: number,
    to: number,
    scratch: number,
    program: number,
    count: number,
    length: number,
    grain: number,
    partials: number,
  ) => void;
  /** y[outer, inner] = (the sums of x[outer, middle, inner] over the middle) / divisor, for from ≤ outer < to. */
  readonly sumMiddle: (
    from: number,
    to: number,
    scratch: number,
    x: number,
    middle: number,
    inner: number,
    y: number,
    divisor: number,
  ) => void;
  /** One step of gradient descent with momentum, with weight decay added to the gradient; `nesterov` is 0 or 1. */
  readonly sgdStep: (
    from: number,
    to: number,
    scratch: number,
    w: number,
    g: number,
    v: number,
    w1: number,
    v1: number,
    rate: number,
    momentum: number,
    decay: number,
    nesterov: number,
  ) => void;
  /**
   * Packs the signs of pixels from … to of x [pixels, c], see bits.ts. With `valid`, only elements that dropout keeps are valid and set.
   * @param thresholds from `signThresholds`, [length] and flips; up to seven more are read
   */
  readonly packSigns: (
    from: number,
    to: number,
    scratch: number,
    x: number,
    c: number,
    thresholds: number,
    length: number,
    signs: number,
    valid: number,
    seed: number,
    threshold: number,
  ) => void;
  /** Like `materialize`; also packs, like `packSigns`, the signs of the values after a chain, in pixels of c channels. */
  readonly materializeSigns: (
    from: number,
    to: number,
    scratch: number,
    program: number,
    count: number,
    length: number,
    y: number,
    c: number,
    thresholds: number,
    signs: number,
  ) => void;
}

/** Functions that the calling thread runs at once. */
export interface WholeKernels {
  /**
   * shift[length] = the mean of every channel over the first block: sums are taken around it, so that they lose no precision however far the
   * mean is from 0.
   */
  readonly firstMeans: (scratch: number, program: number, count: number, c: number, length: number, shift: number) => void;
  /** mean[c] and biased variance[c] from the output of `moments`. */
  readonly finishMoments: (
    partials: number,
    chunks: number,
    length: number,
    c: number,
    rows: number,
    shift: number,
    mean: number,
    variance: number,
  ) => void;
  /** coefficients[3][length] of (x − mean)·factor + offset; scale and offset may be 0, meaning 1 and 0. */
  readonly normalizeCoefficients: (
    mean: number,
    variance: number,
    scale: number,
    offset: number,
    epsilon: number,
    c: number,
    length: number,
    coefficients: number,
  ) => void;
  /**
   * With x̂ = (x − mean)/√(variance + epsilon): dOffset = Σ dy, dScale = Σ dy·x̂, and the coefficients [4][length] of
   * dx = (dy − dOffset/rows − (x − mean)·slope)·factor, where factor = scale/√(variance + epsilon).
   */
  readonly finishGradient: (
    partials: number,
    chunks: number,
    length: number,
    c: number,
    rows: number,
    mean: number,
    variance: number,
    scale: number,
    epsilon: number,
    dScale: number,
    dOffset: number,
    coefficients: number,
  ) => void;
  /** pattern[length] = values[c], repeated. */
  readonly repeatPattern: (values: number, c: number, length: number, pattern: number) => void;
  /** Whether `binaryConvRows` supports this layer and is faster. */
  readonly convolvesRows: (kw: number, c: number) => number;
  readonly binaryConvRowsScratch: (kh: number, kw: number, c: number, f: number, ow: number, sw: number) => number;
  readonly binaryConvScratch: (taps: number, c: number, f: number) => number;
  /** Size of the output of `packFilters` in bytes. */
  readonly packedFilters: (f: number, taps: number, c: number) => number;
  /** Number of chunks, of four groups of `group` each, for n items. */
  readonly chunksOf: (n: number, group: number) => number;
  readonly inputGradScratch: (f: number, group: number, kh: number, w: number, channels: number) => number;
  readonly kernelGradScratch: (group: number, three: number) => number;
  /** factor[f] = the magnitude of each filter's first weight, times scale. */
  readonly magnitudes: (kernel: number, f: number, scale: number, factor: number) => void;
  /** Size of a quantized kernel in bytes; 0 if integers are not worthwhile. */
  readonly convQuantized: (c: number, f: number, taps: number) => number;
  /**
   * Quantizes a kernel [k, f] with its bias [f] (0 for none) and the thresholds and flips of `signThresholds`. Writes: whether integers can
   * be used, 4 bytes; the largest Σ|W| of a filter, f64 at byte 8; per filter two f64, v·(t − bias) with t slightly lowered and with t
   * itself; W as int16 [group of filters][pair][filter][2], negated if the filter is to be flipped; and the kernel as [f, k].
   */
  readonly quantizeConvKernel: (kernel: number, k: number, f: number, bias: number, thresholds: number, length: number, to: number) => void;
  /** @param inputs number of input values of the images that one chunk takes pixels from */
  readonly convSignsScratch: (c: number, f: number, taps: number, inputs: number) => number;
  /** Size of the packed kernel in bytes. */
  readonly convPacked: (c: number, f: number, taps: number) => number;
  readonly convScratch: (c: number, taps: number) => number;
  /**
   * Packs the kernel for `conv2d`. Its element (tap, channel, filter) is at kernel + tap·tapStride + channel·rowStride + filter·columnStride.
   */
  readonly packConvKernel: (
    kernel: number,
    taps: number,
    c: number,
    f: number,
    tapStride: number,
    rowStride: number,
    columnStride: number,
    block: number,
  ) => void;
  /** Rows of the kernel that one unit of `conv2dFilterGrad` covers: all of them if patches are gathered by rows, else those of one tap. */
  readonly filterGradUnits: (c: number, taps: number) => number;
  readonly convFilterGradScratch: (c: number, f: number, taps: number, length: number, registers: number) => number;
  /** Number of patterns in `middle` rows of `inner` floats. */
  readonly broadcastRows: (middle: number, inner: number) => number;
  /** Size of the packed B, and of the scratch memory of each thread, in bytes. */
  readonly matmulPacked: (n: number, k: number) => number;
  readonly matmulScratch: () => number;
  /** Packs B[k, n], strides in bytes, for `matmul`. */
  readonly packMatrix: (b: number, bRow: number, bColumn: number, n: number, k: number, block: number) => void;
  /** Floats of the packed dy. */
  readonly packedGradient: (images: number, pixels: number, f: number) => number;
  /** Number of units that the work of `packGradient` is split into. */
  readonly packUnits: (images: number, pixels: number, f: number, length: number) => number;
  readonly packScratch: (registers: number, length: number) => number;
  /** Number of floats that are evaluated at a time: whole patterns, few enough that a handful of blocks fits the first-level cache. */
  readonly blockLength: (length: number) => number;
  /** Bytes of scratch for evaluating blocks of `block` floats with this many registers. */
  readonly programScratch: (registers: number, block: number) => number;
  /** Size of dy in bytes as `quantizeGradient` writes it for the kernel's gradient: [⌈f/32⌉][pixel][image][32]. */
  readonly quantizedForKernel: (images: number, pixels: number, f: number) => number;
  /** Size of dy in bytes as it writes it for the input's gradient: [⌈image/32⌉][pixel][⌈f/8⌉·8][32]. */
  readonly quantizedForInput: (images: number, pixels: number, f: number) => number;
  /**
   * The scales of filters and images, from the largest magnitudes that `packGradient` has written for `chunks` chunks and for each pixel. The
   * sums for the kernel are also multiplied by `factor`.
   */
  readonly quantizationScales: (
    filterMax: number,
    chunks: number,
    length: number,
    f: number,
    factor: number,
    pixelMax: number,
    images: number,
    pixels: number,
    filterInverse: number,
    filterScale: number,
    imageInverse: number,
    imageScale: number,
  ) => void;
  readonly quantizedKernelScratch: (group: number, three: number, rows: number) => number;
  readonly quantizedInputScratch: (group: number, kh: number, w: number, channels: number) => number;
  /** y[inner] = the sums that `sumRows` has written in chunks, divided. */
  readonly finishSums: (partials: number, chunks: number, length: number, inner: number, divisor: number, y: number) => void;
  /**
   * Length in floats of the repeated pattern of `inner` floats that vector loops run over: a multiple of both `inner` and 4, at least 64, so
   * that narrow layers (3, 10, 12 channels) use all lanes.
   */
  readonly patternLength: (inner: number) => number;
  readonly thresholdScratch: (length: number) => number;
  /**
   * thresholds[length] and then flips[length]: the program's value of x is not below 0 if and only if x, XORed with the flip, is not below
   * the threshold. The program is a chain of normalizations and ReLUs over the values at `base`.
   * @param work scratch of the program
   */
  readonly signThresholds: (program: number, base: number, length: number, work: number, scratch: number, thresholds: number) => void;
}
