import { BINARIZERS, definePlugin } from "@benn/core";
import { deterministic } from "./deterministic.ts";
import { none } from "./none.ts";
import { sign } from "./sign.ts";
import { stochastic } from "./stochastic.ts";

export { deterministic } from "./deterministic.ts";
export { none } from "./none.ts";
export { sign } from "./sign.ts";
export { stochastic } from "./stochastic.ts";
export { BatchNorm, type BatchNormOptions } from "./layers/batch-norm.ts";
export { binaryBlock, type BinaryBlockOptions } from "./layers/binary-block.ts";
export { BinaryConv2D, type BinaryConv2DLayerOptions } from "./layers/binary-conv2d.ts";
export { BinaryDense, type BinaryDenseLayerOptions } from "./layers/binary-dense.ts";
export { BinaryLayer, type BinaryLayerOptions } from "./layers/binary-layer.ts";
export { AveragePooling2D, MaxPooling2D, type Pooling2DOptions } from "./layers/pooling2d.ts";
export { batchNorm, type BatchNormalized } from "./ops/batch-norm.ts";
export { binaryConv2d, type BinaryConv2DOptions } from "./ops/binary-conv2d.ts";
export { binaryKernel, centreAndClip } from "./ops/binary-kernel.ts";
export { binarySign } from "./ops/binary-sign.ts";
export { dropoutMask } from "./ops/dropout-mask.ts";

export default definePlugin({
  name: "@benn/binarize",
  register(container) {
    const binarizers = container.resolve(BINARIZERS);
    binarizers.add("deterministic", {
      description: "signs of activations, scaled signs of kernels",
      create: () => deterministic,
    });
    binarizers.add("stochastic", {
      description: "like deterministic, but a weight's sign is drawn anew in each training step",
      create: () => stochastic,
    });
    binarizers.add("sign", { description: "signs of activations and of kernels, without a scale: what Bop flips", create: () => sign });
    binarizers.add("none", { description: "real values: the twin that a binary net is measured against", create: () => none });
  },
});
