import type * as tf from "@benn/core/tensorflow";

/** All axes of a kernel except the last, which indexes the filters: a filter is everything from which one output channel is computed. */
export function filterAxes(w: tf.Tensor): number[] {
  return w.shape.slice(0, -1).map((_, axis) => axis);
}
