import { createRandom } from "@benn/core/internals";
import { softVote } from "@benn/vote";
import { expect, test } from "vitest";
import { compareRetrainings } from "./retrainings.ts";

const classes = 3;
const labels = Int32Array.from({ length: 300 }, (_, row) => row % classes);
const member = (purpose: string, size = 1) => {
  const random = createRandom(2, purpose);
  return Float32Array.from(
    { length: labels.length * classes },
    (_, i) => size * (random.normal() + Number(labels[Math.floor(i / classes)] === i % classes)),
  );
};
const run = (name: string, { members = 4, size = 1 } = {}) => ({
  logits: Array.from({ length: members }, (_, m) => member(`${name} ${m}`, size)),
  alphas: Array.from({ length: members }, () => 1),
  voters: Array.from({ length: members }, () => softVote),
});

test("trainings differ less in votes of more members, in classes and in scores", () => {
  const stages = compareRetrainings({ labels, classes }, [run("a"), run("b"), run("c", { members: 5 })], createRandom(0, ""));
  expect(stages.map(({ members }) => members)).toEqual([1, 2, 3, 4]);
  const [first, last] = [stages[0]!, stages[3]!];
  expect(last.churn.value).toBeLessThan(first.churn.value);
  expect(last.moved).toBeLessThan(first.moved);
  expect(last.accuracy.mean).toBeGreaterThan(first.accuracy.mean);
  for (const { churn, accuracies, accuracy } of stages) {
    expect(churn.interval[0]).toBeLessThan(churn.value);
    expect(churn.interval[1]).toBeGreaterThan(churn.value);
    expect(accuracies).toHaveLength(3);
    expect(accuracy.interval[1] - accuracy.mean).toBeCloseTo((4.30265273 * accuracy.deviation) / Math.sqrt(3), 8);
  }
});

test("churn is the mean share of pairs that differ, by hand", () => {
  const two = { labels: Int32Array.of(0, 1), classes: 2 };
  const answers = (...classes: number[]) => ({
    logits: [Float32Array.from(classes.flatMap((k) => [1 - k, k]))],
    alphas: [1],
    voters: [softVote],
  });
  const [{ churn, accuracies } = { churn: undefined, accuracies: [] }] = compareRetrainings(
    two,
    [answers(0, 1), answers(0, 0), answers(1, 0)],
    createRandom(0, ""),
  );
  // Row 0: two of three pairs differ; row 1: two of three.
  expect(churn?.value).toBeCloseTo(2 / 3, 12);
  expect(accuracies).toEqual([1, 0.5, 0]);
});

test("vote weights of another size change nothing", () => {
  const [a, b] = [run("a"), run("b")];
  const larger = { ...b, alphas: b.alphas.map(() => 10) };
  const of = (other: typeof b) => compareRetrainings({ labels, classes }, [a, other], createRandom(0, "")).map(({ moved }) => moved);
  for (const [k, moved] of of(larger).entries()) expect(moved).toBeCloseTo(of(b)[k]!, 10);
});
