import type { Binarizer } from "@benn/core";
import * as tf from "@tensorflow/tfjs";

/**
 * A binarizer that does as `binarizer` does and notes, at every backward pass, the gradient of each binary kernel ŵ: what
 * stands before the kernel rule makes of it the gradient of the latent kernel.
 */
export function recordGradients(binarizer: Binarizer): {
  readonly binarizer: Binarizer;
  /** Of the last pass, in the order in which the layers ran forward. */
  readonly gradients: Float32Array[];
  /** Forgets all: before a pass. */
  readonly clear: () => void;
} {
  const gradients: Float32Array[] = [];
  let calls = 0;
  return {
    gradients,
    clear: () => {
      calls = 0;
      gradients.length = 0;
    },
    binarizer: {
      ...binarizer,
      kernel: (w, step) => {
        const call = calls++;
        return note(binarizer.kernel(w, step), (gradient) => (gradients[call] = gradient));
      },
    },
  };
}

/** The tensor as it is; `seen` gets the values of its gradient. */
function note(tensor: tf.Tensor, seen: (gradient: Float32Array) => void): tf.Tensor {
  const op = tf.customGrad((x) => ({
    value: (x as tf.Tensor).clone(),
    gradFunc: (dy: tf.Tensor) => {
      seen(Float32Array.from(dy.dataSync()));
      return dy.clone();
    },
  }));
  return op(tensor);
}
