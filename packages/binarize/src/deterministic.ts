import type { Binarizer } from "@benn/core";
import { binaryKernel, centreAndClip } from "./ops/binary-kernel.ts";
import { binarySign } from "./ops/binary-sign.ts";

/**
 * Signs for activations, scaled signs for kernels: x̂ = sign(x), ŵ = mean |w| · sign(w).
 * @see M. Rastegari et al., "XNOR-Net", ECCV 2016
 */
export const deterministic: Binarizer = {
  bits: { activations: 1, kernel: 1 },
  activations: (x) => binarySign(x),
  kernel: (w) => binaryKernel(w),
  project: centreAndClip,
};
