import { createContainer, SCHEMES } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { testScheme } from "@benn/core/testing";
import { expect, test } from "vitest";
import plugin, { sammeR } from "./index.ts";

testScheme("samme-r", () => sammeR(1));

const [ROWS, CLASSES] = [20, 4];
const labels = Int32Array.from({ length: ROWS }, (_, row) => row % CLASSES);
const logitsOf = (member: number): Float32Array => {
  const random = createRandom(member, "samme-r");
  return Float32Array.from(
    { length: ROWS * CLASSES },
    (_, i) => random.normal() + (labels[Math.floor(i / CLASSES)] === i % CLASSES ? 1 : 0),
  );
};

/** Sample weights after these members, one after the other. */
function weightsAfter(members: number, rate = 1): Float64Array {
  let sampleWeights: Float64Array = new Float64Array(ROWS).fill(1 / ROWS);
  for (let member = 0; member < members; member++) {
    const round = {
      member,
      sampleWeights,
      wrong: new Uint8Array(ROWS),
      error: 0.3,
      labels,
      classes: CLASSES,
      logits: () => logitsOf(member),
    };
    const verdict = sammeR(rate).next(round);
    if (verdict.kind !== "accept") throw new Error("it goes on");
    expect(verdict.alpha).toBe(1);
    ({ sampleWeights } = verdict);
  }
  return sampleWeights;
}

test("after some members the weights are the exponential loss of the sum of the paper's scores, h = (K − 1)(log p − mean log p)", () => {
  const additive = new Float64Array(ROWS * CLASSES);
  for (const member of [0, 1, 2]) {
    const logits = logitsOf(member);
    for (let row = 0; row < ROWS; row++) {
      const own = Array.from(logits.subarray(row * CLASSES, (row + 1) * CLASSES));
      const sum = own.reduce((total, logit) => total + Math.exp(logit), 0);
      const log = own.map((logit) => Math.log(Math.exp(logit) / sum));
      const mean = log.reduce((a, b) => a + b) / CLASSES;
      for (const [k, value] of log.entries()) additive[row * CLASSES + k]! += (CLASSES - 1) * (value - mean);
    }
  }
  // L(y, F) = exp(−yᵀF / K), with y of 1 and −1/(K − 1): equation 4 of the paper.
  const losses = Array.from(labels, (label, row) => {
    const product = Array.from({ length: CLASSES }, (_, k) => (k === label ? 1 : -1 / (CLASSES - 1)) * additive[row * CLASSES + k]!);
    return Math.exp(-product.reduce((a, b) => a + b) / CLASSES);
  });
  const total = losses.reduce((a, b) => a + b);
  for (const [row, weight] of weightsAfter(3).entries()) expect(weight).toBeCloseTo(losses[row]! / total, 6);
});

test("a smaller rate moves the weights less", () => {
  const spread = (weights: Float64Array): number => Math.max(...weights) / Math.min(...weights);
  expect(spread(weightsAfter(1, 0.5))).toBeCloseTo(Math.sqrt(spread(weightsAfter(1))), 6);
});

test("weights stay finite with huge logits, and a member that is no better than chance has no vote", () => {
  const logits = () => Float32Array.of(1e30, 0, 0, 1e30);
  const round = {
    member: 0,
    sampleWeights: Float64Array.of(0.5, 0.5),
    wrong: Uint8Array.of(0, 1),
    labels: Int32Array.of(0, 0),
    classes: 2,
  };
  expect(sammeR(1).next({ ...round, logits, error: 0.4 })).toEqual({ kind: "accept", alpha: 1, sampleWeights: Float64Array.of(0, 1) });
  expect(sammeR(1).next({ ...round, logits, error: 0.5 })).toEqual({ kind: "reject", reason: "it is no better than chance." });
});

test("it is registered by name, with its rate", () => {
  const container = createContainer();
  void plugin.register(container);
  expect(container.resolve(SCHEMES).resolve("samme-r")).toEqual({ name: "samme-r", rate: 1 });
});
