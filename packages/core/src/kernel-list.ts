// Made by scripts/list-kernels.mjs of the files in kernels/, not to be changed by hand.
import { batchNormKernels } from "./kernels/batch-norm.ts";
import { binaryConv2dKernels } from "./kernels/binary-conv2d.ts";
import { dropoutKernels } from "./kernels/dropout.ts";
import { gatherKernels } from "./kernels/gather-images.ts";
import { latentKernels } from "./kernels/latent-kernel.ts";
import { signKernels } from "./kernels/sign.ts";
import { surrogateSignKernels } from "./kernels/surrogate-sign.ts";
import { updateKernels } from "./kernels/update-steps.ts";

export const KERNEL_CONTRACTS = {
  ...batchNormKernels,
  ...binaryConv2dKernels,
  ...dropoutKernels,
  ...gatherKernels,
  ...latentKernels,
  ...signKernels,
  ...surrogateSignKernels,
  ...updateKernels,
};
