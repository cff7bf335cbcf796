import type * as tf from "./tensorflow.ts";
import type { InjectionToken } from "tsyringe";
import type { Registry } from "./registry.ts";
import type { LayerContext } from "./layer-context.ts";
import type { Surrogate } from "./surrogate.ts";

/** Bits per value; 32 stands for a real number. */
export type Bits = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 32;

/** Trainable parameters of one layer's binarizer by name, such as thresholds and scales. */
export type BinarizerParameters = Readonly<Record<string, tf.Tensor>>;

/** What a binarizer is given about a layer. */
export interface BinarizedLayer {
  /** The latent kernel, [height, width, inChannels, filters] or [inputs, units]; in `parameters`, the initial one. Do not dispose it. */
  readonly kernel: tf.Tensor;
  /** Without the batch axis: [height, width, channels] or [inputs]; null for an unknown size. */
  readonly inputShape: readonly (number | null)[];
}

/**
 * Maps real activations and latent kernels to values of few bits, differentiably (straight-through estimator). `activations`, `kernel` and
 * `project` return new tensors, which the caller disposes (in a layer, its `tf.tidy` does), and do not change their arguments. A binarizer
 * keeps no state between calls: results depend on the arguments alone, so a resumed run ends with the same bytes.
 */
export interface Binarizer {
  /**
   * Bits per value after binarization. With 1 and 1 and no `scale`, layers and engines compute with XNOR and popcount; otherwise with real
   * numbers.
   */
  readonly bits: { readonly activations: Bits; readonly kernel: Bits };
  /**
   * Initial float32 values of a layer's parameters; called once, when the layer is built. The layer makes each a trainable weight
   * `LAYER/NAME`, which is optimized, saved and restored like its kernel, and disposes the returned tensors. The names `kernel` and `bias`
   * are reserved. Absent: no parameters.
   */
  parameters?(layer: BinarizedLayer): BinarizerParameters;
  /**
   * The quantized activations x̂ of x, same shape. With k ≤ 8 bits they take at most 2ᵏ values, which depend on the step and the parameters
   * but not on x; with 1 bit the values are −1 and +1.
   * @param parameters current values; gradients flow to them
   */
  activations(x: tf.Tensor, step: LayerContext, parameters: BinarizerParameters): tf.Tensor;
  /**
   * Declares, for 1-bit activations without a `scale`, that `activations` returns sign(x) with sign(0) = +1, whatever the parameters, and
   * which derivative replaces that of the sign. Layers then compute values and gradients with the backend's own kernels, and call
   * `activations` only for the gradients of the kind "own". A binarizer that replaces the `activations` of another one must also replace or
   * omit this. Default: layers always call `activations`.
   * @param step for a derivative that is annealed
   */
  surrogate?(step: LayerContext): Surrogate;
  /**
   * The quantized kernel ŵ of the latent kernel [height, width, inChannels, filters] or [inputs, units]. With k ≤ 8 bits every filter holds
   * at most 2ᵏ values; with 1 bit only −a and +a for one a ≥ 0.
   * @param parameters current values; gradients flow to them
   */
  kernel(w: tf.Tensor, step: LayerContext, parameters: BinarizerParameters): tf.Tensor;
  /**
   * Present if the binarizer returns codes (whole numbers), whose sums the layer then scales:
   *
   *     y = scale · (codes of x ∗ codes of w) + bias
   *
   * Sums below 2²⁴ are then exact, and packed models compute them with bits. Codes of k-bit activations are 0 … 2ᵏ − 1, also with 1 bit;
   * codes of a k-bit kernel are −2ᵏ⁻¹ … 2ᵏ⁻¹ − 1, or the odd numbers −(2ᵏ − 1) … 2ᵏ − 1, with 1 bit −1 and +1. Both bit widths must be 1 to
   * 8.
   * @returns a new tensor [1] or [filters], to which gradients flow; the caller disposes it
   */
  scale?(layer: BinarizedLayer, step: LayerContext, parameters: BinarizerParameters): tf.Tensor;
  /** Returns the projected latent kernel, which permanently replaces it. Applied before each step and each evaluation. */
  project(w: tf.Tensor): tf.Tensor;
}

export const BINARIZERS: InjectionToken<Registry<Binarizer>> = Symbol.for("benn.binarizers");
