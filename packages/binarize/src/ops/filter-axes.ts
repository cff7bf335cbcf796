import type * as tf from "@benn/core/tensorflow";

/** A kernel's axes but the last, which counts the filters: a filter is everything one output channel is computed from. */
export function filterAxes(w: tf.Tensor): number[] {
  return w.shape.slice(0, -1).map((_, axis) => axis);
}
