import type * as tf from "./tensorflow.ts";
import type { InjectionToken } from "tsyringe";
import type { Binarizer } from "./binarizer.ts";
import type { Registry } from "./registry.ts";

export interface BuildOptions {
  /** [height, width, channels] of one image. */
  readonly inputShape: readonly [number, number, number];
  readonly classes: number;
  readonly binarizer: Binarizer;
  /** 32-bit seed of the initial weights; the same seed gives the same bytes. */
  readonly seed: number;
}

/** A network in the form of a TensorFlow.js layers model. */
export interface Architecture {
  /**
   * Builds the model with fresh weights: [batch, height, width, channels] → logits [batch, classes].
   * The caller disposes the model.
   * @throws UserError when the input shape does not fit the net
   */
  build(options: BuildOptions): tf.LayersModel;
}

export const ARCHITECTURES: InjectionToken<Registry<Architecture>> = Symbol.for("benn.architectures");
