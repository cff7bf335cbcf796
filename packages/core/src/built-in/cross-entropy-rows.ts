import * as tf from "../tensorflow.ts";

/**
 * Cross-entropy of each row of logits with a target distribution, `−Σ target · log softmax(logits)`, differentiable in the logits. Keeps
 * only the probabilities and the targets for the backward pass: `(softmax(logits) − target) · dy`. Call inside a `tf.tidy`.
 * @param logits [batch, classes]
 * @param targets [batch, classes], each row sums to 1; no gradient flows to them
 * @returns [batch]
 */
export function crossEntropyRows(logits: tf.Tensor2D, targets: tf.Tensor): tf.Tensor1D {
  const rows = tf.customGrad((x, save) => {
    const logProbabilities = tf.logSoftmax(x as tf.Tensor as tf.Tensor2D);
    (save as tf.GradSaveFunc)([tf.exp(logProbabilities), targets]);
    return {
      value: tf.neg(tf.sum(tf.mul(targets, logProbabilities), 1)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [probabilities, target] = saved as [tf.Tensor2D, tf.Tensor];
        return tf.mul(tf.sub(probabilities, target), tf.reshape(dy, [logits.shape[0], 1]));
      },
    };
  });
  return rows(logits) as tf.Tensor1D;
}
