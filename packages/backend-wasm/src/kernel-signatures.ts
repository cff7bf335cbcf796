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
  /** As `binaryConv2d` where every value counts; from … to are rows of the output of all images. */
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
   * y[from..to, f] = the integer sums times the filter's factor, plus its bias, and not below 0 with `relu`; pixels are counted
   * from … to. `valid` is 0 where every input value is.
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
   * The tables of lookup.ts; the kernel [taps, c, f] as [blocks of filters][nibbles][filters of the block], of each sixteen filters
   * 0, 8, 1, 9, 2 …; then the factor of each filter, the magnitude of its first weight times `factor`, and its bias, or 0; then,
   * tap by tap, how many of its weights are above 0. Groups of four filters, from … to.
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
   * codes[chunk][pixel][⌈c/16⌉·16] of the pixels from … to: a byte for each of the chunk's four groups of `group` images, made of
   * the bits of x [images, pixels, c]. `valid` is 0 where no value is 0.
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
  /** codes[chunk][rows] of the rows from … to of the kernel [rows, f]: a byte for each of the chunk's four groups of `group` filters. */
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
   * dx [images, h, w, c] of 16 images at a time: for every output pixel the filters' signed sums of dy, weighed by factor[f], are
   * tables, and every (tap, channel) adds its entries to a few rows of dx that are kept as [row][column][channel][image] until
   * no more can come to them. Units from … to count, for each 16 images, `splits` parts of the channels. For `sum` and `unit` see
   * `scatterColumn`.
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
   * partials[unit][rows][16] = Σ x·dy over a part of the output pixels and all images, for 16 filters: for every pixel the images'
   * signed sums of dy are tables, and every (tap, channel) adds the entries its codes name. Units from … to count, for each
   * of `splits` parts of the pixels, the planes of 16 filters.
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
  /** dKernel [rows, f] = factor[f] · the partial sums [split][plane][rows][2^lanes] of all splits, rows from … to. */
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
  /** y [taps, c, f] = w less its mean over c, where c > 1, clipped to [−1, 1]; taps from … to. */
  readonly centreAndClip: (from: number, to: number, scratch: number, w: number, c: number, f: number, y: number) => void;
  /** y [rows, f] = mean |w| of the filter · sign(w), for the groups of four filters from … to. */
  readonly binaryKernel: (from: number, to: number, scratch: number, w: number, rows: number, f: number, y: number) => void;
  /**
   * dw [rows, f] = (a·dy where |w| ≤ 1, + sign(w)·Σ(dy·sign(w))/rows) · factor, for the groups of four filters from … to; a is the
   * magnitude of `binary` [rows, f], one for each filter.
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
  /** Packs the pixels of blocks from … to of a program's values, all −1, 0 or +1; gaps[block] tells whether any was 0. */
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
  /** One step of Bop: signs flip where the averaged gradient has their sign and is above the threshold. `kept` is 1 − γ, formed in double precision. */
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
   * The signs of what a chain of batch norms and ReLUs makes of `conv2d`'s values, which are nowhere but in a cache: see `packSigns`.
   * Products are rounded before they are added.
   * @param quantized of `quantizeConvKernel`, or 0
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
   * y[from..to, f]: for every output pixel the sum over taps and channels of x·kernel, plus bias[f] unless that is 0. With
   * `spread` above 1 the input is taken as if that many − 1 zeros stood between its pixels: the gradient with respect to a
   * strided convolution's input. For `fused` see `multiplyPanels`.
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
   * partials[split][taps, c, f] = the sum over the split's output pixels of (input under the tap)ᵀ·dy, dy being a program's
   * values. Units from … to count taps (or all at once, see filterGradUnits) within splits of `pixelsPerSplit`.
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
  /** y = the sum of `count` arrays that stand `stride` bytes apart, times factor, for the floats from … to. */
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
  /** Copies [from … to] × n1 × n2 runs of `bytes` bytes between two strided places: what padding and slicing come down to. */
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
   * y = op(a, b) for a [outer, middle, inner] and b [outer, 1, inner]; from ≤ i < to number the patterns, broadcastRows of
   * them to each outer one. Scratch: patternLength(inner) floats.
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
   * Packs dy, a program's values [images, pixels, f], the units from … to of one chunk; partials[chunk][length] (float64), unless it
   * is 0, gets their sums for the bias. Where there are factors, one for each filter, filterMax[chunk][length] (float32) gets the largest
   * magnitudes, and pixelMax[image][pixel] the largest times its factor.
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
  /** y = the sum over the part of the window inside the image by `divisor`, or by how many those are if that is 0. */
  readonly avgPool: (from: number, to: number, scratch: number, geometry: number, x: number, y: number, divisor: number) => void;
  /** dx: each dy goes to the first element, in rows then columns, that equals its window's maximum y. */
  readonly maxPoolGrad: (from: number, to: number, scratch: number, geometry: number, x: number, y: number, dy: number, dx: number) => void;
  /** dx += dy/(kh·kw) over each window: as TensorFlow.js has it, without regard to padding. */
  readonly avgPoolGrad: (from: number, to: number, scratch: number, geometry: number, dy: number, dx: number) => void;
  /** y = the program's values, for the blocks `from` ≤ i < `to`. */
  readonly materialize: (from: number, to: number, scratch: number, program: number, count: number, length: number, y: number) => void;
  /**
   * Quantizes the packed dy of the pixels from … to for both gradients. An element's random bits are a hash of its place and the
   * seed; both are rounded by the same, which makes neither less random.
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
  /** As binaryKernelGrad, from dy [plane][pixel][image][32]: partials[unit][rows][32], still to be scaled. */
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
   * As binaryInputGrad, of 32 images at a time, from dy [block][pixel][filter][32] that is weighed already; the sums of image i
   * are multiplied by imageScale[i].
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
   * Packs the signs of pixels from … to of x [pixels, c], see bits.ts. With `valid` only those are valid, and set, that dropout keeps.
   * @param thresholds of `signThresholds`, [length] and flips; up to seven more are read
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
  /** As `materialize`, and the signs of what a chain makes of the values, pixels of c, as `packSigns` has them. */
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
   * shift[length] = the mean of every channel over the first block: sums are taken around it, so that nothing is lost however
   * far the mean is from 0.
   */
  readonly firstMeans: (scratch: number, program: number, count: number, c: number, length: number, shift: number) => void;
  /** mean[c] and biased variance[c] from what `moments` left. */
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
  /** pattern[length] = values[c], over and over. */
  readonly repeatPattern: (values: number, c: number, length: number, pattern: number) => void;
  /** Whether `binaryConvRows` can do it, and there is something to gain. */
  readonly convolvesRows: (kw: number, c: number) => number;
  readonly binaryConvRowsScratch: (kh: number, kw: number, c: number, f: number, ow: number, sw: number) => number;
  readonly binaryConvScratch: (taps: number, c: number, f: number) => number;
  /** Bytes of the packed filters of `packFilters`. */
  readonly packedFilters: (f: number, taps: number, c: number) => number;
  /** Chunks of four groups of `group` each that n things come to. */
  readonly chunksOf: (n: number, group: number) => number;
  readonly inputGradScratch: (f: number, group: number, kh: number, w: number, channels: number) => number;
  readonly kernelGradScratch: (group: number, three: number) => number;
  /** factor[f] = the magnitude of each filter's first weight, times scale. */
  readonly magnitudes: (kernel: number, f: number, scale: number, factor: number) => void;
  /** Bytes of a quantized kernel; 0 where integers are not worth the trouble. */
  readonly convQuantized: (c: number, f: number, taps: number) => number;
  /**
   * For a kernel [k, f], its bias [f] unless that is 0, and the thresholds and flips of `signThresholds`: whether integers will do,
   * 4 bytes; the largest Σ|W| of a filter, f64 at byte 8; for each filter two f64, v·(t − bias) with t a little lowered and as it is; W as
   * int16 [group of filters][pair][filter][2], of opposite sign where the filter is to be flipped; and the kernel as [f, k].
   */
  readonly quantizeConvKernel: (kernel: number, k: number, f: number, bias: number, thresholds: number, length: number, to: number) => void;
  /** @param inputs how many inputs there are in the images that one chunk takes pixels of */
  readonly convSignsScratch: (c: number, f: number, taps: number, inputs: number) => number;
  /** Bytes of the kernel once packed. */
  readonly convPacked: (c: number, f: number, taps: number) => number;
  readonly convScratch: (c: number, taps: number) => number;
  /**
   * Packs the kernel for `conv2d`. Its element (tap, channel, filter) stands at
   * kernel + tap·tapStride + channel·rowStride + filter·columnStride.
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
  /** Rows of the kernel that one unit of `conv2dFilterGrad` covers: all of them where patches are gathered by rows, else one tap's. */
  readonly filterGradUnits: (c: number, taps: number) => number;
  readonly convFilterGradScratch: (c: number, f: number, taps: number, length: number, registers: number) => number;
  /** How many patterns the `middle` rows of `inner` floats come to. */
  readonly broadcastRows: (middle: number, inner: number) => number;
  /** Bytes of B once packed, and of scratch for each thread. */
  readonly matmulPacked: (n: number, k: number) => number;
  readonly matmulScratch: () => number;
  /** Packs B[k, n], strides in bytes, for `matmul`. */
  readonly packMatrix: (b: number, bRow: number, bColumn: number, n: number, k: number, block: number) => void;
  /** Floats of the packed dy. */
  readonly packedGradient: (images: number, pixels: number, f: number) => number;
  /** How many pieces `packGradient` is cut into. */
  readonly packUnits: (images: number, pixels: number, f: number, length: number) => number;
  readonly packScratch: (registers: number, length: number) => number;
  /** Floats that are evaluated at a time: whole patterns, few enough that a handful of blocks fits the first-level cache. */
  readonly blockLength: (length: number) => number;
  /** Bytes that evaluating blocks of `block` floats with so many registers takes. */
  readonly programScratch: (registers: number, block: number) => number;
  /** Bytes of dy as `quantizeGradient` leaves it for the kernel's gradient: [⌈f/32⌉][pixel][image][32]. */
  readonly quantizedForKernel: (images: number, pixels: number, f: number) => number;
  /** Bytes of dy as it leaves it for the input's: [⌈image/32⌉][pixel][⌈f/8⌉·8][32]. */
  readonly quantizedForInput: (images: number, pixels: number, f: number) => number;
  /**
   * From the largest magnitudes that `packGradient` left, of `chunks` chunks and of each pixel, the scales of filters and images.
   * The sums for the kernel are also multiplied by `factor`.
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
  /** y[inner] = the sums that `sumRows` left in chunks, divided. */
  readonly finishSums: (partials: number, chunks: number, length: number, inner: number, divisor: number, y: number) => void;
  /**
   * How many floats long the repetition of `inner` floats is that vector loops run over: a multiple of both `inner` and 4 and
   * at least 64, so that narrow layers (3, 10, 12 channels) use all lanes.
   */
  readonly patternLength: (inner: number) => number;
  readonly thresholdScratch: (length: number) => number;
  /**
   * thresholds[length] and then flips[length]: the program's value of x is not below 0 where (x with the bits of the flip) is not
   * below the threshold. The program is a chain of normalisations and ReLUs over what stands at `base`.
   * @param work scratch of the program
   */
  readonly signThresholds: (program: number, base: number, length: number, work: number, scratch: number, thresholds: number) => void;
}
