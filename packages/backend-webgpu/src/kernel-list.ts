// Made by scripts/list-kernels.mjs of the files in kernels/, not to be changed by hand.
import type { KernelTable } from "./kernel-call.ts";
import { addKernels } from "./kernels/add.ts";
import { batchNormKernels } from "./kernels/batch-norm.ts";
import { binaryConv2dKernels } from "./kernels/binary-conv2d.ts";
import { binaryKernelKernels } from "./kernels/binary-kernel.ts";
import { conv2dGradientKernels } from "./kernels/conv2d-gradients.ts";
import { gatherKernels } from "./kernels/gather-images.ts";
import { leadingSumKernels } from "./kernels/leading-sums.ts";
import { maxPoolKernels } from "./kernels/max-pool-grad.ts";
import { signAndDropoutKernels } from "./kernels/sign-and-dropout.ts";
import { updateKernels } from "./kernels/update-steps.ts";

export const KERNELS: KernelTable = {
  ...addKernels,
  ...batchNormKernels,
  ...binaryConv2dKernels,
  ...binaryKernelKernels,
  ...conv2dGradientKernels,
  ...gatherKernels,
  ...leadingSumKernels,
  ...maxPoolKernels,
  ...signAndDropoutKernels,
  ...updateKernels,
};
