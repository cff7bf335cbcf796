import { createContainer, LOSSES, SCHEMES } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { testLoss, testScheme } from "@benn/core/testing";
import * as tf from "@benn/core/tensorflow";
import { expect, test } from "vitest";
import plugin, { gradientBoost, lineSearch, residual } from "./index.ts";

testScheme("gradient-boost", () => gradientBoost({ shrinkage: 0.5 }));
testLoss("residual", () => residual);

const [ROWS, CLASSES] = [30, 3];
const random = createRandom(3, "gradient boost");
const labels = Int32Array.from({ length: ROWS }, () => random.integer(CLASSES));
const noise = (): Float32Array => Float32Array.from({ length: ROWS * CLASSES }, () => random.normal());
const member = noise().map((value, i) => value + (labels[Math.floor(i / CLASSES)] === i % CLASSES ? 1.5 : 0));
const before = noise();

/** Mean cross-entropy of F + step·f, in the plainest way. */
const crossEntropy = (step: number, own: Float32Array = member): number =>
  labels.reduce((sum, label, row) => {
    const scores = [0, 1, 2].map((k) => before[row * CLASSES + k]! + step * own[row * CLASSES + k]!);
    return sum + Math.log(scores.reduce((total, score) => total + Math.exp(score), 0)) - scores[label]!;
  }, 0) / ROWS;

const round = { labels, classes: CLASSES, logits: () => member, ensemble: { logits: before, weight: 2 } };

test("the step minimizes the cross-entropy of the sum: no other one of a fine grid is better", () => {
  const step = lineSearch(round);
  const grid = Array.from({ length: 1000 }, (_, i) => i / 200);
  const best = grid.reduce((a, b) => (crossEntropy(b) < crossEntropy(a) ? b : a));
  expect(step).toBeCloseTo(best, 1);
  for (const other of grid) expect(crossEntropy(step)).toBeLessThanOrEqual(crossEntropy(other) + 1e-12);
});

test("the vote weight is the shrinkage's share of the step; a member that leads uphill has none", () => {
  const sampleWeights = new Float64Array(ROWS).fill(1 / ROWS);
  const whole = { ...round, member: 1, sampleWeights, wrong: new Uint8Array(ROWS), error: 0.2 };
  expect(gradientBoost({ shrinkage: 0.25 }).next(whole)).toEqual({ kind: "accept", alpha: lineSearch(round) / 4, sampleWeights });
  const against = { ...whole, logits: () => member.map((value) => -value) };
  expect(gradientBoost({ shrinkage: 0.25 }).next(against)).toEqual({ kind: "reject", reason: "no step along its logits lowers the loss." });
});

test("a member that knows everything takes the longest step and no more", () => {
  const perfect = Float32Array.from(member, (_, i) => (labels[Math.floor(i / CLASSES)] === i % CLASSES ? 5 : 0));
  const step = lineSearch({ ...round, logits: () => perfect });
  expect(step).toBeGreaterThan(5);
  expect(step).toBeLessThanOrEqual(10);
});

test("the residual is the negative gradient of the cross-entropy by the sum's logits", () => {
  const [gradient, rows, zero] = tf.tidy(() => {
    const sum = tf.tensor2d(before, [ROWS, CLASSES]);
    const truth = tf.oneHot(tf.tensor1d(labels, "int32"), CLASSES);
    const loss = (x: tf.Tensor): tf.Scalar => tf.neg(tf.sum(tf.mul(truth, tf.logSoftmax(x))));
    const downhill = tf.neg(tf.grad(loss)(sum));
    const at = { labels: tf.tensor1d(labels, "int32"), epoch: 0, epochs: 1, ensemble: { logits: sum, weight: 2 } };
    const rowsOf = (logits: tf.Tensor): Float32Array => residual.rows({ ...at, logits: logits.as2D(ROWS, CLASSES) }).dataSync<"float32">();
    return [downhill.dataSync(), rowsOf(tf.add(downhill, 0.5)), rowsOf(downhill)];
  });
  expect(gradient.length).toBe(ROWS * CLASSES);
  for (const value of zero) expect(value).toBeCloseTo(0, 10);
  for (const value of rows) expect(value).toBeCloseTo((3 * 0.5 ** 2) / 2, 5);
});

test("scheme and loss are registered by name, and add members up", () => {
  const container = createContainer();
  void plugin.register(container);
  expect(container.resolve(SCHEMES).create("gradient-boost").additive).toBe(true);
  expect(container.resolve(LOSSES).create("residual").additive).toBe(true);
});
