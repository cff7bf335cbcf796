import type { Binarizer } from "@benn/core";
import * as tf from "@benn/core/tensorflow";

/**
 * A binarizer that behaves like `binarizer` and records, at every backward pass, the gradient of each binary kernel ŵ, from which the
 * kernel rule computes the gradient of the latent kernel.
 */
export function recordGradients(binarizer: Binarizer): {
  readonly binarizer: Binarizer;
  /** Of the last pass, in the order in which the layers ran forward. */
  readonly gradients: tf.Tensor[];
  /** Disposes all: call it before a pass, and at the end. */
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

/** Returns the tensor unchanged; `seen` receives its gradient, and must dispose it. */
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
