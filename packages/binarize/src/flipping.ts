import { type Binarizer, deriveSeed } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { flipBits, flipKernelBits } from "./ops/flip-bits.ts";
import { flipSigns } from "./ops/flip-signs.ts";

/** Which bits are flipped. */
export interface Flips {
  /** Share of the bits of kernels, drawn once: the same in each batch. 0 to 1. */
  readonly kernel: number;
  /** Share of the bits of activations, drawn for each batch anew. 0 to 1. */
  readonly activations: number;
  /** 32 bits, of the kernels' bits. */
  readonly seed: number;
  /** 32 bits, of the bits of this batch's activations. */
  readonly batchSeed: number;
}

/** Of which values of a binarizer bits can be flipped: those of one bit, by their sign, and codes of up to 8. */
export function flippable({ bits, scale }: Binarizer): Readonly<Record<"kernel" | "activations", boolean>> {
  return { kernel: bits.kernel === 1 || scale !== undefined, activations: bits.activations === 1 || scale !== undefined };
}

/**
 * A binarizer whose bits come out wrong at random: a share of the bits of ŵ and of x̂ is flipped, each by itself. A value of one bit changes its sign; where
 * values are codes, each of their bits is one; other values stay as they are. The net's weights are not touched. Each layer has bits of its own flipped,
 * by the seed of its step. Gradients are not those of the flipped values: it is for evaluation.
 * @param flips asked at each call; undefined: nothing is flipped
 * @see Zhu, Dong and Su, "Binary Ensemble Neural Network", CVPR 2019: robustness of ensembles to what disturbs weights and activations
 */
export function flipping(own: Binarizer, flips: () => Flips | undefined): Binarizer {
  const can = flippable(own);
  const { bits } = own;
  return {
    bits,
    ...(own.parameters && { parameters: (layer) => own.parameters!(layer) }),
    ...(own.scale && { scale: (layer, step, parameters) => own.scale!(layer, step, parameters) }),
    activations(x, step, parameters) {
      const { activations = 0, batchSeed = 0 } = flips() ?? {};
      if (activations === 0 || !can.activations) return own.activations(x, step, parameters);
      const seed = deriveSeed(batchSeed, "activations", step.seed);
      return tf.tidy(() => {
        const binarized = own.activations(x, step, parameters);
        return own.scale && bits.activations !== 32
          ? flipBits(binarized, bits.activations, activations, seed)
          : flipSigns(binarized, activations, seed);
      });
    },
    kernel(w, step, parameters) {
      const { kernel = 0, seed: ofKernels = 0 } = flips() ?? {};
      if (kernel === 0 || !can.kernel) return own.kernel(w, step, parameters);
      const seed = deriveSeed(ofKernels, "kernel", step.seed);
      return tf.tidy(() => {
        const binarized = own.kernel(w, step, parameters);
        return own.scale && bits.kernel !== 32 && bits.kernel !== 1
          ? flipKernelBits(binarized, bits.kernel, kernel, seed)
          : flipSigns(binarized, kernel, seed);
      });
    },
    project: (w) => own.project(w),
  };
}
