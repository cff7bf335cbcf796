import type * as tf from "@benn/core/tensorflow";

/** A tensor's values; it is disposed. Not every backend can be read at once. */
export async function readAndDispose(tensor: tf.Tensor): Promise<Float32Array> {
  try {
    return Float32Array.from(await tensor.data<"float32">());
  } finally {
    tensor.dispose();
  }
}
