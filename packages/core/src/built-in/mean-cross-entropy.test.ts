import * as tf from "../tensorflow.ts";
import { expect, test } from "vitest";
import { meanCrossEntropy } from "./mean-cross-entropy.ts";
import { createRandom } from "../random.ts";
import { crossEntropyLoss } from "./cross-entropy-loss.ts";

test("is the loss that training minimises", async () => {
  await tf.setBackend("cpu");
  const random = createRandom(1, "cross-entropy");
  const logits = Float32Array.from({ length: 7 * 5 }, () => 4 * random.normal());
  const labels = Int32Array.from({ length: 7 }, () => random.integer(5));
  const loss = tf.tidy(() => {
    const batch = { logits: tf.tensor2d(logits, [7, 5]), labels: tf.tensor1d(labels, "int32"), epoch: 0, epochs: 1 };
    return tf.mean(crossEntropyLoss({ labelSmoothing: 0 }).rows(batch)).dataSync()[0];
  });
  expect(meanCrossEntropy(logits, labels)).toBeCloseTo(loss ?? Number.NaN, 5);
});

test("stays finite where a logit is huge", () => {
  expect(meanCrossEntropy(Float32Array.of(1e4, 0), Int32Array.of(1))).toBe(1e4);
  expect(meanCrossEntropy(Float32Array.of(1e4, 0), Int32Array.of(0))).toBe(0);
});
