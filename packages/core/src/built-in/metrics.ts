import * as tf from "../tensorflow.ts";
import type { Metric } from "../metric.ts";
import { accuracy, topFiveAccuracy } from "../staged-vote.ts";
import { meanCrossEntropy } from "./mean-cross-entropy.ts";
import { topFiveHits } from "./top-five-hits.ts";

export const accuracyMetric: Metric = {
  title: "accuracy",
  unit: "%",
  better: "higher",
  of: accuracy,
  sum: (logits, labels) => tf.sum(tf.cast(tf.equal(tf.argMax(logits, 1), labels), "float32")),
};

/** With ten classes or fewer, guessing already reaches 50 % or more, so top-5 accuracy is not informative. */
export const topFiveMetric: Metric = {
  title: "top-5 accuracy",
  unit: "%",
  better: "higher",
  applies: (classes) => classes > 10,
  of: topFiveAccuracy,
  sum: topFiveHits,
};

export const lossMetric: Metric = {
  title: "cross-entropy",
  unit: "",
  better: "lower",
  membersOnly: true,
  of: (logits, labels) => meanCrossEntropy(logits, labels),
};
