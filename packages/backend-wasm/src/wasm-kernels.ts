/**
 * The functions of the WebAssembly module: what assembly/index.ts exports, whose comments say what each argument is.
 * Addresses of 2 GiB and more wrap to negative 32-bit integers on the way in; kernels take them as unsigned. What comes out
 * is never an address, and below 2 GiB.
 */
export interface WasmKernels {
  readonly patternLength: (inner: number) => number;
  readonly matmulScratch: (n: number, k: number) => number;
  readonly convScratch: (channels: number, filters: number, taps: number) => number;
  readonly convFilterGradScratch: (channels: number, filters: number) => number;
  readonly binaryConvScratch: (channels: number, filters: number, taps: number, pixels: number) => number;
  readonly momentsScratch: (channels: number) => number;
  readonly batchNormScratch: (channels: number) => number;
  readonly batchNormGradScratch: (channels: number) => number;
  readonly unary: Kernel;
  readonly binary: Kernel;
  readonly dropoutMask: Kernel;
  readonly binaryBroadcast: Kernel;
  readonly sumMiddle: Kernel;
  readonly channelMoments: Kernel;
  readonly batchNorm: Kernel;
  readonly batchNormGrad: Kernel;
  readonly adamStep: Kernel;
  readonly conv2d: Kernel;
  readonly conv2dFilterGrad: Kernel;
  readonly binaryConv2d: Kernel;
  readonly matmul: Kernel;
  readonly maxPool: Kernel;
  readonly maxPoolGrad: Kernel;
  readonly avgPool: Kernel;
  readonly avgPoolGrad: Kernel;
  readonly copyRuns: Kernel;
  readonly fill: Kernel;
}

type Kernel = (...numbers: number[]) => void;
