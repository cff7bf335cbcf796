export { binaryConvBits, binaryConvFloats } from "./binary-conv.ts";
export { orPool, thresholdBits } from "./bits.ts";
export { add, affine, averagePool, maxPool, mean, multiplyVector, padChannels, relu } from "./floats.ts";
export { frameImage, imageConvBits, lookUp } from "./image-conv.ts";
export { realConv } from "./real-conv.ts";
export { tableConv } from "./table-conv.ts";
