import type { Loss } from "@benn/core";
import * as tf from "@benn/core/tensorflow";

/**
 * ½ Σ_k (f_k − r_k)², where r = y − softmax(F) is the negative gradient of the cross-entropy by the logits F of the members so far: what is left to explain.
 * @see J. Friedman, "Greedy Function Approximation: A Gradient Boosting Machine", Annals of Statistics 29, 2001, equation 38
 */
export const residual: Loss = {
  additive: true,
  rows({ logits, labels, ensemble }) {
    if (!ensemble) throw new Error("the scheme gave no sum of the members so far");
    const left = tf.sub(tf.oneHot(labels, logits.shape[1]), tf.softmax(ensemble.logits));
    return tf.mul<tf.Tensor1D>(tf.sum(tf.square(tf.sub(logits, left)), 1), 0.5);
  },
};
