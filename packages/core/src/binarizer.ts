import type * as tf from "@tensorflow/tfjs";
import type { InjectionToken } from "tsyringe";
import type { Registry } from "./registry.ts";
import type { Step } from "./step.ts";

/**
 * How real activations and latent kernels become binary, differentiably (straight-through).
 * All three return new tensors that the caller disposes (inside a layer, its `tf.tidy` does) and leave theirs alone.
 */
export interface Binarizer {
  /** Bits of a value after binarization: 1 lets layers and engines compute with XNOR and popcount. */
  readonly bits: { readonly activations: 1 | 32; readonly kernel: 1 | 32 };
  /** x̂ of x, same shape. With `bits.activations` 1 every value is −1 or +1. */
  activations(x: tf.Tensor, step: Step): tf.Tensor;
  /**
   * ŵ of the latent kernel [height, width, inChannels, filters] or [inputs, units].
   * With `bits.kernel` 1 every filter holds only −a and +a for one a ≥ 0.
   */
  kernel(w: tf.Tensor, step: Step): tf.Tensor;
  /** The rule applied to the latent kernel before each step and each evaluation, for good. */
  project(w: tf.Tensor): tf.Tensor;
}

export const BINARIZERS: InjectionToken<Registry<Binarizer>> = Symbol.for("benn.binarizers");
