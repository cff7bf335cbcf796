// The reference is PyTorch: kernels [filters, channels, height, width], activations [batch, channels, height, width]. TensorFlow.js has
// kernels [height, width, channels, filters] and activations [batch, height, width, channels].

export interface Values {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** OIHW → HWIO. Tensors of another rank (biases, statistics) are the same in both. */
export function kernelFromReference({ shape, values }: Values): Values {
  return shape.length === 4 ? permute({ shape, values }, [2, 3, 1, 0]) : { shape, values };
}

/** NCHW → NHWC. */
export function imagesFromReference(images: Values): Values {
  return permute(images, [0, 2, 3, 1]);
}

/** A copy of these rows, the indices of the first axis, in this order; repetition allowed. */
export function takeRows({ shape, values }: Values, rows: Int32Array): Values {
  const size = values.length / (shape[0] ?? 1);
  const taken = new Float32Array(rows.length * size);
  for (const [at, row] of rows.entries()) taken.set(values.subarray(row * size, (row + 1) * size), at * size);
  return { shape: [rows.length, ...shape.slice(1)], values: taken };
}

/** A copy whose axis `i` is axis `axes[i]` of the original. */
export function permute({ shape, values }: Values, axes: readonly number[]): Values {
  const permuted = axes.map((axis) => shape[axis] ?? 1);
  const strides = axes.map((axis) => shape.slice(axis + 1).reduce((product, n) => product * n, 1));
  const index = axes.map(() => 0);
  const moved = new Float32Array(values.length);
  let from = 0;
  for (let at = 0; at < moved.length; at++) {
    moved[at] = values[from] ?? 0;
    // Counts up like an odometer, the last axis first.
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      from += strides[axis] ?? 0;
      index[axis] = (index[axis] ?? 0) + 1;
      if ((index[axis] ?? 0) < (permuted[axis] ?? 0)) break;
      from -= (strides[axis] ?? 0) * (permuted[axis] ?? 0);
      index[axis] = 0;
    }
  }
  return { shape: permuted, values: moved };
}
