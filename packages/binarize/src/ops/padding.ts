import * as tf from "@benn/core/tensorflow";

/** Rows and columns around a map: top, bottom, left, right. */
export type Padding = readonly [top: number, bottom: number, left: number, right: number];

/** TensorFlow's native library supports only "valid" and "same" padding; other backends pad during the operation, which saves a copy. */
export function padsItself(): boolean {
  return tf.getBackend() !== "tensorflow";
}

/** The map with `value` around it, [batch, height + top + bottom, width + left + right, channels]; x itself if there is no padding. */
export function padded(x: tf.Tensor4D, [top, bottom, left, right]: Padding, value = 0): tf.Tensor4D {
  if (top + bottom + left + right === 0) return x;
  return tf.pad(x, [[0, 0], [top, bottom], [left, right], [0, 0]], value); // prettier-ignore
}

/** The form in which convolutions accept it. */
export function explicitPadding([top, bottom, left, right]: Padding): tf.backend_util.ExplicitPadding {
  return [[0, 0], [top, bottom], [left, right], [0, 0]]; // prettier-ignore
}

/** tf.conv2d with any padding on every backend. [batch, height, width, channels] → [batch, height', width', filters] */
export function conv2d(x: tf.Tensor4D, kernel: tf.Tensor4D, strides: readonly [number, number], pad: Padding): tf.Tensor4D {
  return padsItself() ? tf.conv2d(x, kernel, [...strides], explicitPadding(pad)) : tf.conv2d(padded(x, pad), kernel, [...strides], "valid");
}
