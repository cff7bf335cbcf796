import { createContainer, LOSSES, SCHEMES } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { testLoss, testScheme } from "@benn/core/testing";
import * as tf from "@benn/core/tensorflow";
import { expect, test } from "vitest";
import plugin, { negativeCorrelation, negativeCorrelationLoss } from "./index.ts";

testScheme("negative-correlation", () => negativeCorrelation);
testLoss("negative-correlation", () => negativeCorrelationLoss({ lambda: 0.5 }));

const [ROWS, CLASSES] = [6, 3];
const random = createRandom(4, "negative correlation");
const noise = (): number[] => Array.from({ length: ROWS * CLASSES }, () => random.normal());
const labels = [0, 1, 2, 2, 1, 0];
const own = noise();
const others = [noise(), noise(), noise()];

const softmax = (logits: readonly number[]): number[] => {
  const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
  return logits.map((logit) => Math.exp(logit) / sum);
};
const rowOf = (values: readonly number[], row: number): number[] => values.slice(row * CLASSES, (row + 1) * CLASSES);

const lossOf = (lambda: number, sum: readonly number[], weight: number): number[] =>
  tf.tidy(() => [
    ...negativeCorrelationLoss({ lambda })
      .rows({
        logits: tf.tensor2d(own, [ROWS, CLASSES]),
        labels: tf.tensor1d(labels, "int32"),
        epoch: 0,
        epochs: 1,
        ensemble: { logits: tf.tensor2d([...sum], [ROWS, CLASSES]), weight },
      })
      .dataSync(),
  ]);

test("the penalty is the paper's, written out over all members: (F_i − F̄) · Σ_{j≠i} (F_j − F̄)", () => {
  const before = softmaxOfMean();
  const values = lossOf(
    0.5,
    own.map((_, i) => others.reduce((sum, one) => sum + one[i]!, 0)),
    3,
  );
  for (const [row, value] of values.entries()) {
    const p = softmax(rowOf(own, row));
    // Three members that all say what their mean says, and the new one.
    const members = [p, before[row]!, before[row]!, before[row]!];
    const mean = p.map((_, k) => members.reduce((sum, one) => sum + one[k]!, 0) / 4);
    const penalty = p.reduce(
      (sum, own, k) => sum + (own - mean[k]!) * members.slice(1).reduce((rest, one) => rest + one[k]! - mean[k]!, 0),
      0,
    );
    expect(value).toBeCloseTo(-Math.log(p[labels[row]!]!) + 0.5 * penalty, 5);
    expect(penalty).toBeLessThan(0);
  }
});

function softmaxOfMean(): number[][] {
  const mean = own.map((_, i) => others.reduce((sum, one) => sum + one[i]! / 3, 0));
  return Array.from({ length: ROWS }, (_, row) => softmax(rowOf(mean, row)));
}

test("with lambda 0, and for the first member, it is the cross-entropy", () => {
  const expected = labels.map((label, row) => -Math.log(softmax(rowOf(own, row))[label]!));
  const zeros = own.map(() => 0);
  for (const values of [lossOf(0, others[0]!, 1), lossOf(0.7, zeros, 0)])
    for (const [row, value] of values.entries()) expect(value).toBeCloseTo(expected[row]!, 5);
});

test("scheme and loss are registered by name, and add members up", () => {
  const container = createContainer();
  void plugin.register(container);
  expect(container.resolve(SCHEMES).create("negative-correlation")).toMatchObject({ additive: true });
  expect(container.resolve(LOSSES).resolve("negative-correlation")).toEqual({ name: "negative-correlation", lambda: 0.25 });
});
