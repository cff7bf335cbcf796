import type * as tf from "@benn/core/tensorflow";

/** The input of a layer with a single one: TensorFlow.js passes it alone or in an array. */
export function onlyTensor(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
  const [tensor, second] = Array.isArray(inputs) ? inputs : [inputs];
  if (!tensor || second) throw new Error(`a layer of one input got ${Array.isArray(inputs) ? inputs.length : 0}`);
  return tensor;
}
