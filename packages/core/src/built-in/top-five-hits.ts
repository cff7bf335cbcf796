import * as tf from "../tensorflow.ts";

/**
 * Number of rows whose label is among the five highest logits; of equal logits, lower classes rank first. Built from comparisons, so logits
 * stay on the device and only one number is read.
 * @param logits [batch, classes]
 * @param labels [batch], int32
 * @returns a scalar, which the caller disposes
 */
export function topFiveHits(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Scalar {
  return tf.tidy(() => {
    const classes = logits.shape[1];
    const own = tf.sum(tf.where(tf.cast(tf.oneHot(labels, classes), "bool"), logits, tf.zerosLike(logits)), 1, true); // [batch, 1]
    const lower = tf.less(tf.range(0, classes, 1, "int32"), tf.expandDims(labels, 1)); // [batch, classes]
    const before = tf.logicalOr(tf.greater(logits, own), tf.logicalAnd(tf.equal(logits, own), lower));
    return tf.sum(tf.cast(tf.less(tf.sum(tf.cast(before, "int32"), 1), 5), "int32"));
  });
}
