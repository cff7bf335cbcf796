import * as tf from "../tensorflow.ts";
import { expect, test } from "vitest";
import { createRandom } from "../random.ts";
import { testLoss } from "../testing/test-loss.ts";
import { crossEntropyLoss } from "./cross-entropy-loss.ts";

const random = createRandom(2, "logits");
const values = Array.from({ length: 4 * 3 }, () => 2 * random.normal());
const labels = [2, 0, 1, 1];
const weights = [0.5, 2, 0, 1.5];

testLoss("cross-entropy", () => crossEntropyLoss({ labelSmoothing: 0 }));
testLoss("smoothed cross-entropy", () => crossEntropyLoss({ labelSmoothing: 0.2 }));

/** With ε of each target divided among the three classes. */
function plain(logits: readonly number[], w: readonly number[], smoothing: number): number {
  let sum = 0;
  for (const [row, label] of labels.entries()) {
    const z = logits.slice(row * 3, row * 3 + 3);
    const total = Math.log(z.reduce((s, x) => s + Math.exp(x), 0));
    const ofLabel = total - z[label]!;
    const ofAll = z.reduce((s, x) => s + (total - x) / 3, 0);
    sum += w[row]! * ((1 - smoothing) * ofLabel + smoothing * ofAll);
  }
  return sum / 4;
}

test.for([0, 0.1, 0.5])("the loss of each row and its gradient agree with plain sums and finite differences, smoothing %d", (smoothing) => {
  const tensors = tf.memory().numTensors;
  tf.tidy(() => {
    const mean = (x: tf.Tensor): tf.Scalar => {
      const batch = { logits: x as tf.Tensor2D, labels: tf.tensor1d(labels, "int32"), epoch: 0, epochs: 1 };
      const rows = crossEntropyLoss({ labelSmoothing: smoothing }).rows(batch);
      return tf.div(tf.sum(tf.mul(rows, tf.tensor1d(weights))), 4);
    };
    const { value, grad } = tf.valueAndGrad(mean)(tf.tensor2d(values, [4, 3]));
    expect(value.dataSync()[0]).toBeCloseTo(plain(values, weights, smoothing), 5);
    for (const [i, g] of grad.dataSync().entries()) {
      const [up, down] = [1e-4, -1e-4].map((d) => plain(values.with(i, values[i]! + d), weights, smoothing));
      expect(g).toBeCloseTo((up! - down!) / 2e-4, 5);
    }
  });
  expect(tf.memory().numTensors).toBe(tensors);
});

const TORCH = [0.43975344767935176, 2.2529783695755583]; // torch 1.13, float64

test("smoothed by 0.1 it is PyTorch's CrossEntropyLoss(label_smoothing=0.1)", () => {
  const logits = tf.tensor2d([
    [1, -2, 0.5, 3],
    [0, 0, 2, -1],
  ]);
  const rows = tf.tidy(() =>
    crossEntropyLoss({ labelSmoothing: 0.1 })
      .rows({ logits, labels: tf.tensor1d([3, 0], "int32"), epoch: 0, epochs: 1 })
      .dataSync(),
  );
  for (const [i, wanted] of TORCH.entries()) expect(rows[i]).toBeCloseTo(wanted, 5);
  logits.dispose();
});

test("huge logits give a finite loss", () => {
  const batch = { epoch: 0, epochs: 1 };
  const loss = tf.tidy(() =>
    crossEntropyLoss({ labelSmoothing: 0 })
      .rows({ logits: tf.tensor2d([[1e4, -1e4]]), labels: tf.tensor1d([1], "int32"), ...batch })
      .dataSync(),
  );
  expect(loss).toEqual(Float32Array.of(2e4));
});
