import type { Voter } from "@benn/core";
import { createRandom, mapLogits } from "@benn/core/internals";
import { testVoter } from "@benn/core/testing";
import { expect, test } from "vitest";
import { stackingVote } from "./stacking-vote.ts";

testVoter("stacking", () => stackingVote({ l2: 1, weights: "auto" }));
testVoter("stacking of a factor a class", () => stackingVote({ l2: 1, weights: "class" }));

const [ROWS, CLASSES, MEMBERS, L2] = [90, 3, 2, 0.5];
const random = createRandom(5, "stacking");
const labels = Int32Array.from({ length: ROWS }, () => random.integer(CLASSES));
/** Members that see a class only sometimes, of different sizes, the second biased to class 0. */
const logits = [4, 30].map((size, m) =>
  Float32Array.from(
    { length: ROWS * CLASSES },
    (_, i) => size * (random.normal() + (labels[Math.floor(i / CLASSES)] === i % CLASSES ? 1 : 0) + (m === 1 && i % CLASSES === 0 ? 2 : 0)),
  ),
);
const ballot = { logits, alphas: [1, 1], classes: CLASSES };

function fitted(weights: "matrix" | "class"): { readonly voter: Voter; readonly scores: Float64Array } {
  const voter = stackingVote({ l2: L2, weights });
  voter.fit?.({ ...ballot, labels });
  return { voter, scores: voter.vote(ballot) };
}

/** [row][class] of a row's softmax. */
const softmax = (scores: ArrayLike<number>, row: number): number[] => {
  const powers = Array.from({ length: CLASSES }, (_, c) => Math.exp(scores[row * CLASSES + c]!));
  return powers.map((power) => power / powers.reduce((a, b) => a + b));
};

/** The penalized loss that the doc comment states, of scaled logits, in the plainest way. */
function loss(weights: readonly number[][], bias: readonly number[]): number {
  const size = logits.map((own) => Math.sqrt(own.reduce((sum, x) => sum + x * x, 0) / own.length));
  let sum = (L2 / 2) * weights.flat().reduce((total, w) => total + w * w, 0);
  for (let row = 0; row < ROWS; row++) {
    const scores = bias.map((own, c) =>
      logits.reduce((total, z, m) => {
        const at = (k: number): number => z[row * CLASSES + k]! / size[m]!;
        const perMember = weights[m]!;
        if (perMember.length === CLASSES) return total + at(c) * perMember[c]!;
        return total + [0, 1, 2].reduce((inner, k) => inner + at(k) * perMember[k * CLASSES + c]!, 0);
      }, own),
    );
    sum -= Math.log(softmax(scores, 0)[labels[row]!]!);
  }
  return sum;
}

test.for(["matrix", "class"] as const)("no step along any weight of the %s lowers the penalized loss", (weights) => {
  const maps = fitted(weights).voter.lower!([1, 1]).maps!;
  const size = logits.map((own) => Math.sqrt(own.reduce((sum, x) => sum + x * x, 0) / own.length));
  const point = maps.map((map, m) => [...map.weights].map((w) => w * size[m]!));
  const bias = [...maps[0]!.bias].map((b) => b * MEMBERS);
  const least = loss(point, bias);
  for (const step of [-1e-2, 1e-2]) {
    for (const [m, own] of point.entries())
      for (const at of own.keys())
        expect(
          loss(
            point.with(
              m,
              own.map((w, i) => (i === at ? w + step : w)),
            ),
            bias,
          ),
        ).toBeGreaterThan(least);
    for (const at of bias.keys()) expect(loss(point, bias.with(at, bias[at]! + step))).toBeGreaterThan(least);
  }
});

test("its scores are log-probabilities: on the samples of the fit each class has as much of them as there are labels", () => {
  const { scores } = fitted("matrix");
  for (let c = 0; c < CLASSES; c++) {
    let sum = 0;
    for (let row = 0; row < ROWS; row++) sum += softmax(scores, row)[c]!;
    expect(sum).toBeCloseTo(labels.filter((label) => label === c).length, 3);
  }
});

test("it makes good a bias that a sum of logits keeps", () => {
  const right = (scores: ArrayLike<number>): number =>
    labels.reduce((sum, label, row) => {
      const own = [0, 1, 2].map((c) => scores[row * CLASSES + c]!);
      return sum + Number(own.indexOf(Math.max(...own)) === label);
    }, 0);
  const sum = logits[0]!.map((own, i) => own + logits[1]![i]!);
  expect(right(fitted("matrix").scores)).toBeGreaterThan(right(sum) + 10);
  expect(right(fitted("class").scores)).toBeGreaterThan(right(sum) + 10);
});

test("the same numbers give the same bits, of a size of logits that is no matter", () => {
  const expected = fitted("matrix").scores;
  expect(fitted("matrix").scores).toEqual(expected);
  const large = stackingVote({ l2: L2, weights: "matrix" });
  const scaled = { ...ballot, logits: logits.map((own) => own.map((x) => x * 1024)) };
  large.fit?.({ ...scaled, labels });
  const scores = large.vote(scaled);
  expect(Math.max(...scores.map((score, i) => Math.abs(score - expected[i]!)))).toBeLessThan(1e-4);
});

test("the scores are the sum of what the maps make of the members' logits, to the bit", () => {
  for (const weights of ["matrix", "class"] as const) {
    const { voter, scores } = fitted(weights);
    const lowered = voter.lower!([0.3, 7]);
    expect([lowered.vote, lowered.alphas]).toEqual(["soft", [1, 1]]);
    const mapped = logits.map((own, m) => mapLogits(own, lowered.maps![m]!));
    expect(scores).toEqual(Float64Array.from(scores, (_, i) => mapped[0]![i]! + mapped[1]![i]!));
  }
});

test("auto takes a matrix up to 100 classes, and a factor a class beyond", () => {
  for (const [classes, each] of [
    [100, 100 * 100],
    [101, 101],
  ] as const) {
    const voter = stackingVote({ l2: 1, weights: "auto" });
    const own = Float32Array.from({ length: 2 * classes }, (_, i) => i % 7);
    voter.fit?.({ logits: [own], alphas: [1], classes, labels: Int32Array.of(0, 1) });
    expect(voter.lower!([1]).maps![0]!.weights).toHaveLength(each);
  }
});

test("it refuses to vote before it was fitted, and with other members", () => {
  const voter = stackingVote({ l2: 1, weights: "auto" });
  expect(() => voter.vote(ballot)).toThrow("voter stacking: was not fitted. Fit it to held-out logits of the members that vote.");
  expect(() => voter.lower!([1])).toThrow("was not fitted");
  voter.fit?.({ ...ballot, labels });
  expect(() => voter.vote({ ...ballot, logits: [logits[0]!] })).toThrow("was fitted to 2 members, and 1 vote.");
});
