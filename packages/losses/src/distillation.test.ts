import { testLoss } from "@benn/core/testing";
import * as tf from "@benn/core/tensorflow";
import { beforeAll, expect, test } from "vitest";
import { distillation, distillationOptions } from "./distillation.ts";

beforeAll(() => tf.setBackend("cpu"));

const create = (options: object = {}) => distillation(distillationOptions.parse({ teacher: "runs/teacher", ...options }));

testLoss("distillation", () => create());
testLoss("distillation of the teacher alone", () => create({ share: 1, temperature: 1 }));

const logits = [
  [1, -2, 0.5, 3],
  [0, 0, 2, -1],
];
const teacher = [
  [2, -1, 0, 1],
  [-1, 1.5, 0.5, 0],
];
const rows = (options: object, from: readonly number[][] = logits): number[] =>
  tf.tidy(() => {
    const batch = { labels: tf.tensor1d([3, 0], "int32"), teacherLogits: tf.tensor2d(teacher), epoch: 0, epochs: 1 };
    return [
      ...create(options)
        .rows({ logits: tf.tensor2d([...from]), ...batch })
        .dataSync(),
    ];
  });

test("is T² times the divergence and the cross-entropy of PyTorch, by their shares", () => {
  // torch 1.13, float64: 0.7 · 16 · kl_div(log_softmax(z / 4), softmax(v / 4)).sum(1) + 0.3 · cross_entropy(z, label)
  const torch = [0.6563655158970715, 1.289068477495715];
  for (const [i, row] of rows({ temperature: 4, share: 0.7 }).entries()) expect(row).toBeCloseTo(torch[i] ?? Number.NaN, 5);
});

test("a student with the teacher's logits has no loss but the labels'", () => {
  for (const row of rows({ temperature: 3, share: 1 }, teacher)) expect(row).toBeCloseTo(0, 5);
});

test("says what is missing where no teacher's logits come", () => {
  const batch = { labels: tf.tensor1d([0], "int32"), epoch: 0, epochs: 1 };
  expect(() => tf.tidy(() => create().rows({ logits: tf.tensor2d([[0, 1]]), ...batch }))).toThrow("distillation: the logits of teacher");
  batch.labels.dispose();
});
