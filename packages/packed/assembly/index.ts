export { binaryConvBits, binaryConvFloats } from "./binary-conv";
export { orPool, thresholdBits } from "./bits";
export { add, affine, averagePool, maxPool, mean, multiplyVector, padChannels, relu } from "./floats";
export { frameImage, imageConvBits, lookUp } from "./image-conv";
export { realConv } from "./real-conv";
export { tableConv } from "./table-conv";
