import type { EnsembleScheme, Loss } from "@benn/core";
import * as tf from "@benn/core/tensorflow";

/** Every member trains on all samples and has the same vote weight: members differ by the loss. */
export const negativeCorrelation: EnsembleScheme = {
  additive: true,
  draw: ({ samples }) => ({ kind: "rows", rows: Int32Array.from({ length: samples }, (_, row) => row) }),
  next: ({ sampleWeights }) => ({ kind: "accept", alpha: 1, sampleWeights }),
};

export interface NegativeCorrelationOptions {
  /** λ: 0 trains members apart. */
  readonly lambda: number;
}

/**
 * The cross-entropy plus λ times the penalty p = (F_i − F̄) · Σ_{j≠i} (F_j − F̄) = −‖F_i − F̄‖², which is low where a member differs from the mean of the ensemble. Of
 * n members before it, which stay as they are, ‖F_i − F̄‖ = n/(n + 1) · ‖F_i − F̄_before‖. Here F are probabilities, which bound the penalty: the member's own, and
 * before it those of the mean logits. The paper trains all members at once, and F are real outputs.
 * @see Y. Liu and X. Yao, "Ensemble learning via negative correlation", Neural Networks 12, 1999, equations 4 and 5
 */
export const negativeCorrelationLoss = ({ lambda }: NegativeCorrelationOptions): Loss => ({
  additive: true,
  rows({ logits, labels, ensemble }) {
    if (!ensemble) throw new Error("the scheme gave no sum of the members so far");
    const log = tf.logSoftmax(logits);
    const crossEntropy = tf.neg<tf.Tensor1D>(tf.sum(tf.mul(tf.oneHot(labels, logits.shape[1]), log), 1));
    const { weight } = ensemble;
    if (weight === 0) return crossEntropy; // the first member has nothing to differ from
    const share = (weight / (weight + 1)) ** 2;
    const apart = tf.sum(tf.square(tf.sub(tf.exp(log), tf.softmax(tf.div(ensemble.logits, weight)))), 1);
    return tf.sub(crossEntropy, tf.mul(apart, lambda * share));
  },
});
