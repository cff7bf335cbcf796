import { BINARIZERS, definePlugin } from "@benn/core";
import { adabin } from "./adabin.ts";
import { approxSign } from "./approx-sign.ts";
import { bitOptions } from "./bit-options.ts";
import { deterministic } from "./deterministic.ts";
import { dorefa } from "./dorefa.ts";
import { ede } from "./ede.ts";
import { lsq } from "./lsq.ts";
import { none } from "./none.ts";
import { recu } from "./recu.ts";
import { rsign } from "./rsign.ts";
import { sign } from "./sign.ts";
import { stochastic } from "./stochastic.ts";

export { adabin } from "./adabin.ts";
export { approxSign } from "./approx-sign.ts";
export { bitOptions, type BitOptions, type FewBits } from "./bit-options.ts";
export { deterministic } from "./deterministic.ts";
export { dorefa } from "./dorefa.ts";
export { ede } from "./ede.ts";
export { flippable, type Flips, flipping } from "./flipping.ts";
export { lsq } from "./lsq.ts";
export { none } from "./none.ts";
export { recu } from "./recu.ts";
export { rsign } from "./rsign.ts";
export { sign } from "./sign.ts";
export { stochastic } from "./stochastic.ts";
export { BatchNorm, type BatchNormOptions } from "./layers/batch-norm.ts";
export { binaryBlock, type BinaryBlockOptions } from "./layers/binary-block.ts";
export { BinaryConv2D, type BinaryConv2DLayerOptions } from "./layers/binary-conv2d.ts";
export { BinaryDense, type BinaryDenseLayerOptions } from "./layers/binary-dense.ts";
export { BinaryLayer, type BinaryLayerOptions } from "./layers/binary-layer.ts";
export { RPReLU, type RPReLUOptions } from "./layers/rprelu.ts";
export { AveragePooling2D, MaxPooling2D, type Pooling2DOptions } from "./layers/pooling2d.ts";
export { batchNorm, type BatchNormalized } from "./ops/batch-norm.ts";
export { binaryConv2d, type BinaryConv2DOptions } from "./ops/binary-conv2d.ts";
export { binaryKernel, centreAndClip } from "./ops/binary-kernel.ts";
export { binarySign } from "./ops/binary-sign.ts";
export { surrogateSign } from "./ops/surrogate-sign.ts";
export { roundedCodes, signCodes } from "./ops/rounded-codes.ts";
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
      description: "like deterministic, but a weight's sign is drawn again in each training step",
      create: () => stochastic,
    });
    binarizers.add("approx-sign", {
      description: "Bi-Real Net: the gradient of a piecewise quadratic curve for the sign of activations",
      create: () => approxSign,
    });
    binarizers.add("ede", {
      description: "IR-Net: an estimator that steepens over the epochs, kernels of mean 0 and deviation 1",
      create: () => ede,
    });
    binarizers.add("rsign", { description: "ReActNet: signs behind a trained shift of each channel", create: () => rsign });
    binarizers.add("recu", {
      description: "ReCU: weights clamped at quantiles that widen over the epochs, a trained scale of each filter",
      create: () => recu,
    });
    binarizers.add("adabin", {
      description: "AdaBin: two fitted values in place of −1 and +1; not exportable",
      create: () => adabin,
    });
    binarizers.add("sign", { description: "signs of activations and of kernels, without a scale; for Bop", create: () => sign });
    binarizers.add("dorefa", {
      description: "DoReFa-Net: weights and activations of 1 to 8 bits in equal steps from −1 and 0 to 1",
      options: bitOptions,
      create: dorefa,
    });
    binarizers.add("lsq", {
      description: "LSQ: weights and activations of 1 to 8 bits in steps that are trained, two a layer",
      options: bitOptions,
      create: lsq,
    });
    binarizers.add("none", { description: "real values: the float32 baseline of a binary net", create: () => none });
  },
});
