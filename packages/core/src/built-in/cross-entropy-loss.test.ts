import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { createRandom } from "../random.ts";
import { crossEntropyLoss } from "./cross-entropy-loss.ts";

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

test("the loss of each row and its gradient agree with plain sums and finite differences", () => {
  const tensors = tf.memory().numTensors;
  tf.tidy(() => {
    const mean = (x: tf.Tensor): tf.Scalar => {
      const rows = crossEntropyLoss.rows({ logits: x as tf.Tensor2D, labels: tf.tensor1d(labels, "int32"), epoch: 0, epochs: 1 });
      return tf.div(tf.sum(tf.mul(rows, tf.tensor1d(weights))), 4);
    };
    const { value, grad } = tf.valueAndGrad(mean)(tf.tensor2d(values, [4, 3]));
    expect(value.dataSync()[0]).toBeCloseTo(plain(values, weights), 5);
    for (const [i, g] of grad.dataSync().entries()) {
      const [up, down] = [1e-4, -1e-4].map((d) => plain(values.with(i, values[i]! + d), weights));
      expect(g).toBeCloseTo((up! - down!) / 2e-4, 5);
    }
  });
  expect(tf.memory().numTensors).toBe(tensors);
});

test("huge logits give a finite loss", () => {
  const batch = { epoch: 0, epochs: 1 };
  const loss = tf.tidy(() =>
    crossEntropyLoss.rows({ logits: tf.tensor2d([[1e4, -1e4]]), labels: tf.tensor1d([1], "int32"), ...batch }).dataSync(),
  );
  expect(loss).toEqual(Float32Array.of(2e4));
});
