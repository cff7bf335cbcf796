export { adamStep } from "./adam.ts";
export { bopStep } from "./bop.ts";
export { finishGradient, finishMoments, firstMeans, gradientSums, moments, normalizeCoefficients, repeatPattern } from "./batch-norm.ts";
export { binaryConv2d, binaryConvScratch } from "./binary-conv.ts";
export { binaryConvRows, binaryConvRowsScratch, convolvesRows } from "./binary-conv-rows.ts";
export { packedFilters, packFilters } from "./binary-filters.ts";
export {
  addKernelPartials,
  binaryInputGrad,
  binaryKernelGrad,
  chunksOf,
  imageCodes,
  inputGradScratch,
  kernelCodes,
  kernelGradScratch,
  magnitudes,
} from "./binary-grad.ts";
export { binaryKernel, binaryKernelGradient, centreAndClip } from "./binary-kernel.ts";
export { packBits } from "./bits.ts";
export {
  addPartials,
  conv2d,
  conv2dFilterGrad,
  convFilterGradScratch,
  convPacked,
  convScratch,
  filterGradUnits,
  packConvKernel,
} from "./conv.ts";
export { conv2dSigns, convQuantized, convSignsScratch, quantizeConvKernel } from "./conv-signs.ts";
export { copyRuns, fill } from "./copy.ts";
export { binary, binaryBroadcast, broadcastRows, movingAverage, unary } from "./elementwise.ts";
export { matmul, matmulPacked, matmulScratch, packMatrix } from "./matmul.ts";
export { avgPool, avgPoolGrad, maxPool, maxPoolGrad } from "./pool.ts";
export { packedGradient, packGradient, packScratch, packUnits } from "./pack-gradient.ts";
export { blockLength, materialize, programScratch } from "./program.ts";
export {
  quantizationScales,
  quantizedForInput,
  quantizedForKernel,
  quantizedInputGrad,
  quantizedInputScratch,
  quantizedKernelGrad,
  quantizedKernelScratch,
  quantizeGradient,
} from "./quantized-grad.ts";
export { finishSums, sumMiddle, sumRows } from "./reduce.ts";
export { sgdStep } from "./sgd.ts";
export { patternLength } from "./simd.ts";
export { materializeSigns, packSigns, signThresholds, thresholdScratch } from "./threshold.ts";
