/**
 * The functions of the WebAssembly module: what assembly/index.ts exports, whose comments say what each argument is.
 * Addresses of 2 GiB and more wrap to negative 32-bit integers on the way in; kernels take them as unsigned. What comes out
 * is never an address, and below 2 GiB.
 */
export interface WasmKernels extends Sizes, Readonly<Record<Split | Whole, (...numbers: number[]) => void>> {}

interface Sizes {
  readonly patternLength: (inner: number) => number;
  readonly blockLength: (length: number) => number;
  readonly programScratch: (registers: number, block: number) => number;
  readonly broadcastRows: (middle: number, inner: number) => number;
  readonly matmulPacked: (n: number, k: number) => number;
  readonly matmulScratch: () => number;
  readonly convPacked: (channels: number, filters: number, taps: number) => number;
  readonly convQuantized: (channels: number, filters: number, taps: number) => number;
  readonly convSignsScratch: (channels: number, filters: number, taps: number, inputs: number) => number;
  readonly convScratch: (channels: number, taps: number) => number;
  readonly convFilterGradScratch: (channels: number, filters: number, taps: number, length: number, registers: number) => number;
  readonly filterGradUnits: (channels: number, taps: number) => number;
  readonly thresholdScratch: (length: number) => number;
  readonly packedFilters: (filters: number, taps: number, channels: number) => number;
  readonly binaryConvScratch: (taps: number, channels: number, filters: number) => number;
  readonly packedGradient: (images: number, pixels: number, filters: number) => number;
  readonly convolvesRows: (kernelWidth: number, channels: number) => number;
  readonly binaryConvRowsScratch: (
    kernelHeight: number,
    kernelWidth: number,
    channels: number,
    filters: number,
    outWidth: number,
    stride: number,
  ) => number;
  readonly packUnits: (images: number, pixels: number, filters: number, length: number) => number;
  readonly packScratch: (registers: number, length: number) => number;
  readonly chunksOf: (n: number, group: number) => number;
  readonly inputGradScratch: (filters: number, group: number, kernelHeight: number, width: number, channels: number) => number;
  readonly kernelGradScratch: (group: number, three: number) => number;
  readonly quantizedForKernel: (images: number, pixels: number, filters: number) => number;
  readonly quantizedForInput: (images: number, pixels: number, filters: number) => number;
  readonly quantizedInputScratch: (group: number, kernelHeight: number, width: number, channels: number) => number;
  readonly quantizedKernelScratch: (group: number, three: number, rows: number) => number;
}

/** Kernels whose work can be split: the first three arguments are a range, from and to, and scratch of the thread's own. */
export type Split =
  | "unary"
  | "binary"
  | "binaryBroadcast"
  | "copyRuns"
  | "fill"
  | "adamStep"
  | "sgdStep"
  | "bopStep"
  | "materialize"
  | "materializeSigns"
  | "sumRows"
  | "sumMiddle"
  | "moments"
  | "gradientSums"
  | "matmul"
  | "conv2d"
  | "conv2dSigns"
  | "conv2dFilterGrad"
  | "addPartials"
  | "packBits"
  | "packSigns"
  | "packFilters"
  | "binaryConv2d"
  | "binaryConvRows"
  | "packGradient"
  | "imageCodes"
  | "kernelCodes"
  | "binaryInputGrad"
  | "binaryKernelGrad"
  | "addKernelPartials"
  | "quantizeGradient"
  | "quantizedInputGrad"
  | "quantizedKernelGrad"
  | "binaryKernel"
  | "binaryKernelGradient"
  | "centreAndClip"
  | "movingAverage"
  | "maxPool"
  | "maxPoolGrad"
  | "avgPool"
  | "avgPoolGrad";

/** Kernels that run at once, on the calling thread. */
type Whole =
  | "finishSums"
  | "firstMeans"
  | "finishMoments"
  | "normalizeCoefficients"
  | "finishGradient"
  | "repeatPattern"
  | "packMatrix"
  | "packConvKernel"
  | "quantizeConvKernel"
  | "magnitudes"
  | "signThresholds"
  | "quantizationScales";
