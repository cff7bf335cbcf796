import type * as tf from "@tensorflow/tfjs";
import type { InjectionToken } from "tsyringe";
import type { Registry } from "./registry.ts";
import type { Step } from "./step.ts";

/** Bits of a value; 32: a real number. */
export type Bits = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 32;

/** Thresholds, scales and the like of one layer, by name. */
export type BinarizerParameters = Readonly<Record<string, tf.Tensor>>;

/** What a binarizer learns of a layer. */
export interface BinarizedLayer {
  /** The latent kernel, [height, width, inChannels, filters] or [inputs, units]; the initial one for `parameters`. Not to be disposed. */
  readonly kernel: tf.Tensor;
  /** Without the batch: [height, width, channels] or [inputs]; null where a size is not known. */
  readonly inputShape: readonly (number | null)[];
}

/**
 * How real activations and latent kernels become values of few bits, differentiably (straight-through).
 * `activations`, `kernel` and `project` return new tensors that the caller disposes (inside a layer, its `tf.tidy` does) and leave theirs
 * alone. Nothing is kept between calls: what they return depends on their arguments alone, so that a resumed run ends with the same bytes.
 */
export interface Binarizer {
  /**
   * Bits of a value after binarization. With 1 and 1 and without a `scale` layers and engines compute with XNOR and popcount, else with real
   * numbers.
   */
  readonly bits: { readonly activations: Bits; readonly kernel: Bits };
  /**
   * Initial values of a layer's parameters, float32; called once, when the layer is built. The layer makes each a trainable weight
   * `LAYER/NAME`, which is optimized, saved and restored like its kernel, and disposes these tensors. The names `kernel` and `bias` are
   * taken. Absent: none.
   */
  parameters?(layer: BinarizedLayer): BinarizerParameters;
  /**
   * x̂ of x, same shape. With k ≤ 8 bits its values are among at most 2ᵏ, which depend on the step and the parameters and not on x; with 1 bit
   * they are −1 and +1.
   * @param parameters current values, to which gradients flow
   */
  activations(x: tf.Tensor, step: Step, parameters: BinarizerParameters): tf.Tensor;
  /**
   * ŵ of the latent kernel [height, width, inChannels, filters] or [inputs, units].
   * With k ≤ 8 bits every filter holds at most 2ᵏ values; with 1 bit only −a and +a for one a ≥ 0.
   * @param parameters current values, to which gradients flow
   */
  kernel(w: tf.Tensor, step: Step, parameters: BinarizerParameters): tf.Tensor;
  /**
   * Where a binarizer has it, its values are codes, whole numbers, and the layer scales their sums:
   *
   *     y = scale · (codes of x ∗ codes of w) + bias
   *
   * so that sums below 2²⁴ are exact, and packed models compute them with bits. Codes of k-bit activations are 0 … 2ᵏ − 1, also with 1 bit; codes
   * of a k-bit kernel are −2ᵏ⁻¹ … 2ᵏ⁻¹ − 1, or the odd numbers −(2ᵏ − 1) … 2ᵏ − 1, with 1 bit −1 and +1. Bits are 1 to 8 then.
   * @returns [1] or [filters], to which gradients flow; new, as above
   */
  scale?(layer: BinarizedLayer, step: Step, parameters: BinarizerParameters): tf.Tensor;
  /** The rule applied to the latent kernel before each step and each evaluation, for good. */
  project(w: tf.Tensor): tf.Tensor;
}

export const BINARIZERS: InjectionToken<Registry<Binarizer>> = Symbol.for("benn.binarizers");
