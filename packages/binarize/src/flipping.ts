import { type Binarizer, deriveSeed } from "@benn/core";
import { flipSigns } from "./ops/flip-signs.ts";

/** Which signs are turned. */
export interface Flips {
  /** Share of the signs of kernels, drawn once: the same in each batch. 0 to 1. */
  readonly kernel: number;
  /** Share of the signs of activations, drawn for each batch anew. 0 to 1. */
  readonly activations: number;
  /** 32 bits, of the kernels' signs. */
  readonly seed: number;
  /** 32 bits, of the signs of this batch's activations. */
  readonly batchSeed: number;
}

/**
 * A binarizer whose bits come out wrong at random: a share of the signs of ŵ and of x̂ is turned, where those are one bit; values of more bits stay as they
 * are. The net's weights are not touched. Each layer has signs of its own turned, by the seed of its step.
 * @param flips asked at each call; undefined: nothing is turned
 * @see Zhu, Dong and Su, "Binary Ensemble Neural Network", CVPR 2019: robustness of ensembles to what disturbs weights and activations
 */
export function flipping(own: Binarizer, flips: () => Flips | undefined): Binarizer {
  return {
    bits: own.bits,
    ...(own.parameters && { parameters: (layer) => own.parameters!(layer) }),
    activations(x, step, parameters) {
      const binarized = own.activations(x, step, parameters);
      const { activations = 0, batchSeed = 0 } = flips() ?? {};
      if (activations === 0 || own.bits.activations !== 1) return binarized;
      const flipped = flipSigns(binarized, activations, deriveSeed(batchSeed, "activations", step.seed));
      binarized.dispose();
      return flipped;
    },
    kernel(w, step, parameters) {
      const binarized = own.kernel(w, step, parameters);
      const { kernel = 0, seed = 0 } = flips() ?? {};
      if (kernel === 0 || own.bits.kernel !== 1) return binarized;
      const flipped = flipSigns(binarized, kernel, deriveSeed(seed, "kernel", step.seed));
      binarized.dispose();
      return flipped;
    },
    project: (w) => own.project(w),
  };
}
