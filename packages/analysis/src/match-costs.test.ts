import { expect, test } from "vitest";
import { answerCosts } from "./answer-costs.ts";
import type { ComparedKind } from "./cost-comparison.ts";
import { matchCosts, paretoFront } from "./match-costs.ts";
import { studentInterval } from "./student-interval.ts";

function kind(bits: number, ensembles: readonly { accuracies: number[]; cost: ComparedKind["ensembles"][number]["cost"] }[]): ComparedKind {
  return {
    name: bits === 1 ? "1 bit" : `${bits} bits`,
    bits,
    binarizer: "",
    runs: [],
    packed: true,
    ensembles: ensembles.map(({ accuracies, cost }, k) => ({
      members: k + 1,
      accuracies,
      accuracy: { mean: accuracies.reduce((a, b) => a + b) / accuracies.length, interval: [0, 1], deviation: 0 },
      churn: { value: 0, interval: [0, 0] },
      cost,
    })),
  };
}

const ones = kind(1, [
  { accuracies: [0.5, 0.52], cost: { bytes: 110, operations: 10, milliseconds: 1 } },
  { accuracies: [0.6, 0.61], cost: { bytes: 210, operations: 20, milliseconds: 2 } },
  { accuracies: [0.65, 0.66], cost: { bytes: 310, operations: 30, milliseconds: 3 } },
]);
const two = kind(2, [{ accuracies: [0.58, 0.58], cost: { bytes: 215, operations: 40 } }]);
const real = kind(32, [{ accuracies: [0.7, 0.72], cost: { bytes: 3200, operations: 10_240, milliseconds: 0.5 } }]);

test("a net of more bits stands beside the largest ensemble that costs no more, seed by seed", () => {
  const matches = matchCosts(ones, [two, real]);
  expect(matches.map(({ cost, against, members, isShort }) => [cost, against, members, isShort])).toEqual([
    ["bytes", "2 bits", 2, false],
    ["bytes", "32 bits", 3, true],
    ["operations", "2 bits", 3, true],
    ["operations", "32 bits", 3, true],
    ["milliseconds", "32 bits", 0, false],
  ]);
  const [first] = matches;
  expect(first).toMatchObject({ price: 215, ensemblePrice: 210 });
  expect(first!.difference!.value).toBeCloseTo(0.025, 12);
  expect(first!.difference!.interval).toEqual(studentInterval([0.6 - 0.58, 0.61 - 0.58]));
  expect(matches.at(-1)!.difference).toBeUndefined();
});

test("members that fill the price all but less than another one are not short", () => {
  const [match] = matchCosts(ones, [kind(4, [{ accuracies: [0.5, 0.5], cost: { bytes: 405 } }])]);
  expect(match).toMatchObject({ members: 3, isShort: false });
});

test("an ensemble of the very price fits", () => {
  const [match] = matchCosts(ones, [kind(3, [{ accuracies: [0.5, 0.5], cost: { bytes: 210 } }])]);
  expect(match).toMatchObject({ members: 2, ensemblePrice: 210 });
});

test("what is dearer and only as accurate is not on the front", () => {
  const equal = kind(2, [{ accuracies: [0.5, 0.52], cost: { bytes: 111 } }]);
  expect(paretoFront([ones, equal], "bytes")).toEqual([
    [0, 0],
    [0, 1],
    [0, 2],
  ]);
});

test("the front has what nothing cheaper is as accurate as", () => {
  expect(paretoFront([ones, two, real], "bytes")).toEqual([
    [0, 0],
    [0, 1],
    [0, 2],
    [2, 0],
  ]);
  expect(paretoFront([ones, two, real], "milliseconds")).toEqual([[2, 0]]);
});

test("the answer is one sentence that says what is the same only once", () => {
  const difference = (low: number, high: number) => ({ value: (low + high) / 2, interval: [low, high] as const });
  const base = { price: 1, members: 2, isShort: false, ensemblePrice: 1 };
  expect(
    answerCosts([
      { ...base, cost: "bytes", against: "2 bits", difference: difference(0.01, 0.03) },
      { ...base, cost: "bytes", against: "4 bits", difference: difference(-0.01, 0.03) },
      { ...base, cost: "bytes", against: "32 bits", difference: difference(-0.05, -0.03) },
      { ...base, cost: "operations", against: "2 bits", difference: difference(0.01, 0.03) },
      { ...base, cost: "milliseconds", against: "2 bits", difference: difference(0.02, 0.03) },
    ]),
  ).toBe(
    "At equal bytes more networks beat 2 bits, 32 bits beat more networks, while it is too close to call against 4 bits; " +
      "at equal bit operations and equal milliseconds more networks beat 2 bits.",
  );
  expect(answerCosts([{ ...base, members: 0, cost: "bytes", against: "2 bits" }])).toBe("At equal bytes 2 bits beat more networks.");
  expect(answerCosts([])).toMatch(/no answer/);
});
