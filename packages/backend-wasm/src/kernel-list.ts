// Made by scripts/list-kernels.mjs of the files in kernels/, not to be changed by hand.
import type { KernelTable } from "./kernel-call.ts";
import { batchNormKernels } from "./kernels/batch-norm.ts";
import { binaryConv2dKernels } from "./kernels/binary-conv2d.ts";
import { binaryKernelKernels } from "./kernels/binary-kernel.ts";
import { compareKernels } from "./kernels/compare.ts";
import { conv2dKernels } from "./kernels/conv2d.ts";
import { copyKernels } from "./kernels/copy.ts";
import { elementwiseKernels } from "./kernels/elementwise.ts";
import { matmulKernels } from "./kernels/matmul.ts";
import { poolKernels } from "./kernels/pool.ts";
import { reduceKernels } from "./kernels/reduce.ts";
import { updateKernels } from "./kernels/update-steps.ts";

export const KERNELS: KernelTable = {
  ...batchNormKernels,
  ...binaryConv2dKernels,
  ...binaryKernelKernels,
  ...compareKernels,
  ...conv2dKernels,
  ...copyKernels,
  ...elementwiseKernels,
  ...matmulKernels,
  ...poolKernels,
  ...reduceKernels,
  ...updateKernels,
};
