import * as tf from "@benn/core/tensorflow";
import { filterAxes } from "./filter-axes.ts";

/** Keeps a filter of equal weights finite; far below the variance of real weights. */
const VARIANCE = 1e-12;

export interface Standardized {
  /** (w − mean) / deviation, the shape of w. */
  readonly values: tf.Tensor;
  /** One number per filter, in a shape that broadcasts to that of w. */
  readonly mean: tf.Tensor;
  readonly deviation: tf.Tensor;
}

/**
 * A latent kernel [height, width, inChannels, filters] or [inputs, units] with mean 0 and deviation 1 in each filter, differentiable
 * throughout; the deviation is that of the filter's own weights, √(Σ(w − mean)² / n). A filter of one weight is unchanged: mean 0,
 * deviation 1. Call inside a tidy.
 */
export function standardized(w: tf.Tensor): Standardized {
  const axes = filterAxes(w);
  if (w.size === (w.shape.at(-1) ?? 1)) return { values: tf.clone(w), mean: tf.zeros([1]), deviation: tf.ones([1]) };
  const mean = tf.mean(w, axes, true);
  const centred = tf.sub(w, mean);
  const deviation = tf.sqrt(tf.add(tf.mean(tf.square(centred), axes, true), VARIANCE));
  return { values: tf.div(centred, deviation), mean, deviation };
}
