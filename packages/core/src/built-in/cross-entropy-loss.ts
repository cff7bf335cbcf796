import * as tf from "@tensorflow/tfjs";
import type { Loss } from "../loss.ts";

/**
 * Softmax cross-entropy of each row, `−log softmax(logits)[label]`. Keeps only the probabilities for the backward pass:
 * `(softmax(logits) − onehot(labels)) · dy`.
 */
export const crossEntropyLoss: Loss = {
  rows({ logits, labels }) {
    const [batch, classes] = logits.shape;
    const loss = tf.customGrad((x, save) => {
      const logProbabilities = tf.logSoftmax(x as tf.Tensor as tf.Tensor2D);
      const truth = tf.oneHot(labels, classes);
      (save as tf.GradSaveFunc)([tf.exp(logProbabilities), truth]);
      return {
        value: tf.neg(tf.sum(tf.mul(truth, logProbabilities), 1)),
        gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
          const [probabilities, truth] = saved as [tf.Tensor2D, tf.Tensor2D];
          return tf.mul(tf.sub(probabilities, truth), tf.reshape(dy, [batch, 1]));
        },
      };
    });
    return loss(logits) as tf.Tensor1D;
  },
};
