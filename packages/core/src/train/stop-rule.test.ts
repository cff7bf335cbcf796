import { expect, test } from "vitest";
import { accuracyMetric } from "../built-in/metrics.ts";
import type { StopRule } from "../events.ts";
import { reasonToStop, ruledVote } from "./stop-rule.ts";

const rule: StopRule = { metric: "accuracy", on: "validation", patience: 2, minDelta: 0 };
const says = (votes: readonly (number | undefined)[], own: Partial<StopRule> = {}) =>
  reasonToStop({ ...rule, ...own }, accuracyMetric, "soft", votes);
/** The number of members after which each rule ends the run. */
const endsAt = (votes: readonly (number | undefined)[], own: Partial<StopRule> = {}) =>
  votes.findIndex((_, at) => says(votes.slice(0, at + 1), own) !== undefined) + 1;

test("it stops after so many members without a rise, and not one before", () => {
  expect(says([])).toBeUndefined();
  expect(endsAt([0.5, 0.6, 0.55, 0.59])).toBe(4);
  expect(endsAt([0.5, 0.6, 0.55, 0.61, 0.6, 0.6])).toBe(6);
  expect(endsAt([0.5, 0.4, 0.4], { patience: 1 })).toBe(2);
  expect(endsAt([0.5, 0.6, 0.7, 0.8])).toBe(0);
});

test("the first of equal votes stays the best", () => {
  expect(endsAt([0.5, 0.6, 0.6, 0.6, 0.6])).toBe(4);
});

test("a rise counts if it exceeds minDelta, and small ones add up", () => {
  expect(endsAt([0.5, 0.625, 0.625, 0.75], { minDelta: 0.125 })).toBe(3);
  expect(endsAt([0.5, 0.5625, 0.6875, 0.6875, 0.6875], { minDelta: 0.125 })).toBe(5);
});

test("members count from the first vote that can be measured", () => {
  expect(endsAt([undefined, undefined, undefined, 0.4, 0.4, 0.4], { on: "outOfBag" })).toBe(6);
});

test("the sentence has the best vote and the last, with the members of each", () => {
  expect(says([0.6, 0.673, 0.67, 0.671])).toBe(
    "accuracy of the soft vote on validation rows has not risen for 2 members: 67.3 % at 2, 67.1 % at 4.",
  );
  expect(says([0.6, 0.6], { patience: 1, minDelta: 0.001, on: "outOfBag" })).toBe(
    "accuracy of the soft vote out of bag has not risen by more than 0.1 points for 1 member: 60.0 % at 1, 60.0 % at 2.",
  );
});

test("a metric that is better lower has to fall", () => {
  const brier = { title: "Brier score", unit: "", better: "lower", of: () => 0 } as const;
  expect(reasonToStop({ ...rule, minDelta: 0.01 }, brier, "soft", [0.5, 0.4, 0.395, 0.395])).toBe(
    "Brier score of the soft vote on validation rows has not fallen by more than 0.01 for 2 members: 0.400 at 2, 0.395 at 4.",
  );
  expect(reasonToStop(rule, brier, "soft", [0.5, 0.4, 0.3, 0.2])).toBeUndefined();
});

test("it goes by the run's own voter on validation rows, or by the one vote out of bag", () => {
  const staged = {
    type: "staged",
    members: 1,
    metrics: { accuracy: { validation: { hard: 0.1, soft: 0.2 }, test: { hard: 0.3, soft: 0.4 }, outOfBag: 0.5 } },
  } as const;
  expect(ruledVote(rule, "soft", staged)).toBe(0.2);
  expect(ruledVote({ ...rule, on: "outOfBag" }, "soft", staged)).toBe(0.5);
  expect(ruledVote({ ...rule, metric: "top5" }, "soft", staged)).toBeUndefined();
});
