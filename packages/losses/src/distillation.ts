import { type Loss, UserError, z } from "@benn/core";
import { crossEntropyLoss, crossEntropyRows } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";

export const distillationOptions = z.object({
  teacher: z.string().min(1).describe("run folder of the teacher, trained on the same training rows"),
  temperature: z.number().positive().default(4).describe("T: logits of both are divided by it"),
  share: z.number().min(0).max(1).default(0.9).describe("how much of the loss is the teacher's; the rest is cross-entropy with the labels"),
});

/**
 * Knowledge distillation: a teacher's probabilities q, from its logits v, are targets in addition to the labels,
 *
 *     share · T² · Σ q log(q / p) + (1 − share) · cross-entropy(z, label),   q = softmax(v / T),   p = softmax(z / T)
 *
 * for each row of logits z, with the sum over the classes. Σ q log(q / p) is the paper's cross-entropy minus the entropy of q: the
 * gradients are the same, and it is 0 if the student has the teacher's probabilities. T² keeps the two gradients in proportion for any T.
 * @see G. Hinton, O. Vinyals and J. Dean, "Distilling the Knowledge in a Neural Network", 2015, section 2
 */
export function distillation({ teacher, temperature, share }: z.output<typeof distillationOptions>): Loss {
  const labelled = crossEntropyLoss({ labelSmoothing: 0 });
  return {
    teacher,
    rows(batch) {
      const { logits, teacherLogits } = batch;
      if (!teacherLogits) throw new UserError(`distillation: the logits of teacher ${teacher} are missing. Name a run in loss.teacher.`);
      const ofTeacher = tf.logSoftmax(tf.div<tf.Tensor2D>(teacherLogits, temperature));
      const q = tf.exp(ofTeacher);
      const entropy = tf.neg(tf.sum(tf.mul(q, ofTeacher), 1));
      const divergence = tf.sub(crossEntropyRows(tf.div(logits, temperature), q), entropy);
      return tf.add(tf.mul(divergence, share * temperature ** 2), tf.mul(labelled.rows(batch), 1 - share));
    },
  };
}
