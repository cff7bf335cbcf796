import * as tf from "@tensorflow/tfjs";

/**
 * Mean over the batch of the softmax cross-entropy, `−log softmax(logits)[label]`, each row times its weight if given.
 * Keeps only the probabilities for the backward pass: `(softmax(logits) − onehot(labels)) · weight / batch`.
 * @param logits [batch, classes]
 * @param labels [batch], int32
 * @param weights [batch], of mean 1 for a loss as large as an unweighted one
 * @returns a scalar, which the caller disposes
 */
export function softmaxCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D, weights?: tf.Tensor1D): tf.Scalar {
  const [batch, classes] = logits.shape;
  const loss = tf.customGrad((x, save) => {
    const logProbabilities = tf.logSoftmax(x as tf.Tensor as tf.Tensor2D);
    const truth = tf.oneHot(labels, classes);
    const rows = tf.neg(tf.sum(tf.mul(truth, logProbabilities), 1));
    (save as tf.GradSaveFunc)([tf.exp(logProbabilities), truth, ...(weights ? [weights] : [])]);
    return {
      value: tf.div(tf.sum(weights ? tf.mul(rows, weights) : rows), batch),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [probabilities, truth, weights] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D?];
        const error = tf.sub(probabilities, truth);
        return tf.mul(weights ? tf.mul(error, tf.reshape(weights, [batch, 1])) : error, tf.div(dy, batch));
      },
    };
  });
  return loss(logits) as tf.Scalar;
}
