import type { Binarizer } from "@benn/core";
import * as tf from "@benn/core/tensorflow";

/**
 * A binarizer that does as `binarizer` does and notes, at every backward pass, the gradient of each binary kernel ŵ: what
 * stands before the kernel rule makes of it the gradient of the latent kernel.
 */
export function recordGradients(binarizer: Binarizer): {
  readonly binarizer: Binarizer;
  /** Of the last pass, in the order in which the layers ran forward. */
  readonly gradients: tf.Tensor[];
  /** Disposes all: before a pass, and in the end. */
  readonly clear: () => void;
} {
  const gradients: tf.Tensor[] = [];
  let calls = 0;
  return {
    gradients,
    clear: () => {
      calls = 0;
      tf.dispose(gradients.splice(0));
    },
    binarizer: {
      ...binarizer,
      kernel: (...args) => {
        const call = calls++;
        return note(binarizer.kernel(...args), (gradient) => (gradients[call] = gradient));
      },
    },
  };
}

/** The tensor as it is; `seen` gets its gradient, to dispose of. */
function note(tensor: tf.Tensor, seen: (gradient: tf.Tensor) => void): tf.Tensor {
  const op = tf.customGrad((x) => ({
    value: (x as tf.Tensor).clone(),
    gradFunc: (dy: tf.Tensor) => {
      seen(tf.keep(dy.clone()));
      return dy.clone();
    },
  }));
  return op(tensor);
}
