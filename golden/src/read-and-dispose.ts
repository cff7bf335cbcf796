import type * as tf from "@benn/core/tensorflow";

/** Returns a tensor's values and disposes it. Not every backend can be read synchronously. */
export async function readAndDispose(tensor: tf.Tensor): Promise<Float32Array> {
  try {
    return Float32Array.from(await tensor.data<"float32">());
  } finally {
    tensor.dispose();
  }
}
