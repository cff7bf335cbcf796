import * as tf from "@benn/core/tensorflow";

/** Fewer rows are summed at once. */
const FEWEST_ROWS = 64;

type Reduction = NonNullable<ReturnType<typeof tf.getKernel>>["kernelFunc"];
const ours = new WeakSet<Reduction>();

/**
 * Makes the backend sum over leading axes, as for batch norm's statistics and the gradients of biases, in stages of about √n rows each.
 * TensorFlow adds row after row in float32, so that the error of a sum grows with n, the rows of the batch times its pixels: ten times that
 * of the other backends for a batch of 8 small photographs. Stages limit it to about 2√n, and are no slower. May be called again.
 * @see Higham, The Accuracy of Floating Point Summation, 1993, section 3 (pairwise summation, of which this is the square-root form)
 */
export function sumInStages(backendName: string): void {
  for (const kernelName of ["Sum", "Mean"]) {
    const kernel = tf.getKernel(kernelName, backendName);
    if (!kernel || ours.has(kernel.kernelFunc)) continue;
    const kernelFunc = staged(kernel.kernelFunc, kernelName === "Mean");
    ours.add(kernelFunc);
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({ ...kernel, kernelFunc });
  }
}

function staged(plain: Reduction, isMean: boolean): Reduction {
  return (call) => {
    const x = call.inputs["x"] as tf.Tensor;
    const { axis, keepDims } = call.attrs as { axis: number | number[]; keepDims?: boolean };
    const axes = tf.util.parseAxisParam(axis, x.shape);
    const rows = tf.util.sizeFromShape(x.shape.slice(0, axes.length));
    const parts = x.dtype === "float32" && rows >= FEWEST_ROWS && axes.every((_, i) => axes.includes(i)) ? largestPart(rows) : 1;
    if (parts === 1) return plain(call);
    const rest = x.shape.slice(axes.length);
    const size = tf.util.sizeFromShape(rest);
    return tf.tidy(() => {
      const sum = tf.sum(tf.sum(tf.reshape(x, [parts, rows / parts, size]), 1), 0); // each of which may be split again
      const shape = keepDims ? [...axes.map(() => 1), ...rest] : rest;
      return tf.reshape(isMean ? tf.div(sum, rows) : sum, shape);
    });
  };
}

/** The largest divisor that is at most the square root. */
function largestPart(rows: number): number {
  let part = Math.floor(Math.sqrt(rows));
  while (rows % part !== 0) part--;
  return part;
}
