export { adamStep } from "./adam";
export { bopStep } from "./bop";
export { finishGradient, finishMoments, firstMeans, gradientSums, moments, normalizeCoefficients, repeatPattern } from "./batch-norm";
export { binaryConv2d, binaryConvScratch } from "./binary-conv";
export { binaryConvRows, binaryConvRowsScratch, convolvesRows } from "./binary-conv-rows";
export { packedFilters, packFilters } from "./binary-filters";
export {
  addKernelPartials, binaryInputGrad, binaryKernelGrad, chunksOf, imageCodes, inputGradScratch, kernelCodes, kernelGradScratch, magnitudes,
} from "./binary-grad";
export { binaryKernel, binaryKernelGradient, centreAndClip } from "./binary-kernel";
export { packBits } from "./bits";
export {
  addPartials, conv2d, conv2dFilterGrad, convFilterGradScratch, convPacked, convScratch, filterGradUnits, packConvKernel,
} from "./conv";
export { conv2dSigns, convQuantized, convSignsScratch, quantizeConvKernel } from "./conv-signs";
export { copyRuns, fill } from "./copy";
export { binary, binaryBroadcast, broadcastRows, movingAverage, unary } from "./elementwise";
export { matmul, matmulPacked, matmulScratch, packMatrix } from "./matmul";
export { avgPool, avgPoolGrad, maxPool, maxPoolGrad } from "./pool";
export { packedGradient, packGradient, packScratch, packUnits } from "./pack-gradient";
export { blockLength, materialize, materializeSigns, programScratch } from "./program";
export {
  quantizationScales, quantizedForInput, quantizedForKernel, quantizedInputGrad, quantizedInputScratch, quantizedKernelGrad,
  quantizedKernelScratch, quantizeGradient,
} from "./quantized-grad";
export { finishSums, sumMiddle, sumRows } from "./reduce";
export { sgdStep } from "./sgd";
export { patternLength } from "./simd";
export { packSigns, signThresholds, thresholdScratch } from "./threshold";
