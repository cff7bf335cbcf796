import { definePlugin, type Loss, LOSSES, z } from "@benn/core";
import * as tf from "@benn/core/tensorflow";

/** Cross-entropy with smoothed labels: a share of the truth goes to all classes alike. */
export const myLoss = (smoothing: number): Loss => ({
  rows({ logits, labels }) {
    const [, classes] = logits.shape;
    const truth = tf.add(tf.mul(tf.oneHot(labels, classes), 1 - smoothing), smoothing / classes);
    return tf.neg<tf.Tensor1D>(tf.sum(tf.mul(truth, tf.logSoftmax(logits)), 1));
  },
});

export default definePlugin({
  name: "my-loss",
  register(container) {
    container.resolve(LOSSES).add("my-loss", {
      description: "cross-entropy with smoothed labels",
      options: z.object({ smoothing: z.number().min(0).lt(1).default(0.1).describe("share of the truth that goes to all classes") }),
      create: ({ smoothing }) => myLoss(smoothing),
    });
  },
});
