import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { createRandom } from "./random.ts";
import { softmaxCrossEntropy } from "./softmax-cross-entropy.ts";

const random = createRandom(2, "logits");
const values = Array.from({ length: 4 * 3 }, () => 2 * random.normal());
const labels = [2, 0, 1, 1];
const weights = [0.5, 2, 0, 1.5];

function plain(logits: readonly number[], w: readonly number[]): number {
  let sum = 0;
  for (const [row, label] of labels.entries()) {
    const z = logits.slice(row * 3, row * 3 + 3);
    sum += w[row]! * (Math.log(z.reduce((total, x) => total + Math.exp(x), 0)) - z[label]!);
  }
  return sum / 4;
}

for (const [what, w] of [
  ["a plain", undefined],
  ["a weighted", weights],
] as const) {
  test(`${what} loss and its gradient agree with plain sums and finite differences`, () => {
    const tensors = tf.memory().numTensors;
    tf.tidy(() => {
      const loss = (x: tf.Tensor): tf.Scalar =>
        softmaxCrossEntropy(x as tf.Tensor2D, tf.tensor1d(labels, "int32"), w && tf.tensor1d([...w]));
      const { value, grad } = tf.valueAndGrad(loss)(tf.tensor2d(values, [4, 3]));
      expect(value.dataSync()[0]).toBeCloseTo(plain(values, w ?? [1, 1, 1, 1]), 5);
      for (const [i, g] of grad.dataSync().entries()) {
        const [up, down] = [1e-4, -1e-4].map((d) => plain(values.with(i, values[i]! + d), w ?? [1, 1, 1, 1]));
        expect(g).toBeCloseTo((up! - down!) / 2e-4, 5);
      }
    });
    expect(tf.memory().numTensors).toBe(tensors);
  });
}

test("huge logits give a finite loss", () => {
  const loss = tf.tidy(() => softmaxCrossEntropy(tf.tensor2d([[1e4, -1e4]]), tf.tensor1d([1], "int32")).dataSync()[0]);
  expect(loss).toBe(2e4);
});
