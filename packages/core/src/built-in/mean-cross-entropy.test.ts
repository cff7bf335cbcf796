import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { crossEntropy } from "./cross-entropy.ts";
import { createRandom } from "./random.ts";
import { softmaxCrossEntropy } from "./softmax-cross-entropy.ts";

test("is the loss that training minimises", async () => {
  await tf.setBackend("cpu");
  const random = createRandom(1, "cross-entropy");
  const logits = Float32Array.from({ length: 7 * 5 }, () => 4 * random.normal());
  const labels = Int32Array.from({ length: 7 }, () => random.integer(5));
  const loss = tf.tidy(() => softmaxCrossEntropy(tf.tensor2d(logits, [7, 5]), tf.tensor1d(labels, "int32")).dataSync()[0]);
  expect(crossEntropy(logits, labels)).toBeCloseTo(loss ?? Number.NaN, 5);
});

test("stays finite where a logit is huge", () => {
  expect(crossEntropy(Float32Array.of(1e4, 0), Int32Array.of(1))).toBe(1e4);
  expect(crossEntropy(Float32Array.of(1e4, 0), Int32Array.of(0))).toBe(0);
});
