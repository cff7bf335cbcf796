import { accuracy } from "@benn/core/staged-vote";
import { createRandom } from "@benn/core/internals";
import { expect, test } from "vitest";
import { CLASSES, labels, logitsOf } from "../test/example-logits.ts";
import { selectMembers, type SelectionTask } from "./select-members.ts";

const votes = Array.from({ length: 12 }, (_, m) => logitsOf(m));
const worth: SelectionTask["worth"] = accuracy;
const task = (changes: Partial<SelectionTask> = {}): SelectionTask => ({
  votes,
  labels,
  worth,
  steps: 10,
  bags: 1,
  share: 0.5,
  random: createRandom(0, "select"),
  ...changes,
});
const sumOf = (counts: ReadonlyMap<number, number>): Float64Array =>
  Float64Array.from({ length: labels.length * CLASSES }, (_, i) =>
    [...counts].reduce((sum, [candidate, count]) => sum + count * votes[candidate]![i]!, 0),
  );

test("a single selection is greedy: no other candidate would have been better at any step", async () => {
  const { curve } = await selectMembers(task());
  let before = new Map<number, number>();
  let sum = 0;
  for (const { steps, counts, worth: own } of curve) {
    // Counts are divided by their common divisor; multiplied by it they sum to the steps.
    const times = steps / [...counts.values()].reduce((a, b) => a + b, 0);
    const now = new Map([...counts].map(([candidate, count]) => [candidate, count * times]));
    const added = [...now].find(([candidate, count]) => count !== (before.get(candidate) ?? 0))![0];
    const values = votes.map((_, candidate) =>
      accuracy(sumOf(new Map([...before, [candidate, (before.get(candidate) ?? 0) + 1]])), labels),
    );
    expect(values[added]).toBe(Math.max(...values));
    expect(own).toBeCloseTo(accuracy(sumOf(counts), labels), 12);
    before = now;
    sum += 1;
  }
  expect(sum).toBe(10);
});

test("what is chosen is the best of the curve, the earliest of those, and better than the best candidate alone", async () => {
  const { curve, chosen } = await selectMembers(task({ bags: 8 }));
  const most = Math.max(...curve.map((step) => step.worth));
  expect(chosen).toBe(curve.find((step) => step.worth === most));
  expect(chosen.worth).toBeGreaterThan(Math.max(...votes.map((vote) => accuracy(vote, labels))));
  expect(curve.map(({ steps }) => steps)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test("bags choose from parts of the candidates and are added up; the same seed gives the same ensemble, another one another", async () => {
  const chosenBy = async (seed: number) => [
    ...(await selectMembers(task({ bags: 5, random: createRandom(seed, "select") }))).chosen.counts,
  ];
  expect(await chosenBy(1)).toEqual(await chosenBy(1));
  expect(await chosenBy(1)).not.toEqual(await chosenBy(2));
  const { curve } = await selectMembers(task({ bags: 40, steps: 1, share: 1 / 12 }));
  // Each bag has one candidate to choose from, so that all are chosen in the end.
  expect(curve[0]!.counts.size).toBeGreaterThan(8);
});

test("each bag chooses on rows drawn with repeats, a single selection on all rows as they are", async () => {
  const seen = new Set<string>();
  const watched = (scores: Float64Array, own: Int32Array): number => {
    seen.add(own.join(" "));
    return accuracy(scores, own);
  };
  await selectMembers(task({ worth: watched, bags: 3, steps: 2 }));
  expect(seen.size).toBe(4); // those of the bags, and all rows for the curve
  seen.clear();
  await selectMembers(task({ worth: watched, steps: 2 }));
  expect([...seen]).toEqual([labels.join(" ")]);
});

test("a candidate that is the best with itself is chosen again, and counts lose a common divisor", async () => {
  const right = Float32Array.from({ length: labels.length * CLASSES }, (_, i) => (i % CLASSES === labels[Math.floor(i / CLASSES)] ? 1 : 0));
  const { chosen, curve } = await selectMembers(task({ votes: [votes[0]!, right], steps: 3 }));
  expect(chosen).toEqual({ steps: 1, counts: new Map([[1, 1]]), worth: 1 });
  expect(curve[2]!.counts).toEqual(new Map([[1, 1]]));
});

test("of candidates that are equally good with the ensemble the one that is better alone is taken, then the earlier one", async () => {
  const flat = () => 1;
  expect((await selectMembers(task({ worth: flat, steps: 1 }))).chosen.counts).toEqual(new Map([[0, 1]]));
  let asked = 0;
  // Alone the third is best; in the first step all are equal.
  const { chosen } = await selectMembers(
    task({ votes: votes.slice(0, 4), steps: 1, worth: () => (asked++ < 4 ? [0, 0, 1, 1][asked - 1]! : 1) }),
  );
  expect(chosen.counts).toEqual(new Map([[2, 1]]));
});

test.for([1, 6])("a budget holds for every ensemble of the curve, with %i bags", async (bags) => {
  const costs = votes.map((_, candidate) => 1 + (candidate % 3));
  const costOf = (counts: ReadonlyMap<number, number>) => [...counts.keys()].reduce((sum, candidate) => sum + costs[candidate]!, 0);
  const { curve } = await selectMembers(task({ bags, fits: (counts) => costOf(counts) <= 4 }));
  expect(curve).toHaveLength(10);
  for (const { counts } of curve) expect(costOf(counts)).toBeLessThanOrEqual(4);
  await expect(selectMembers(task({ bags, fits: (counts) => costOf(counts) < 1 }))).rejects.toThrow("no candidate fits the budget");
});

test("each step of each bag is told", async () => {
  const told: (readonly [number, number])[] = [];
  await selectMembers(task({ bags: 2, steps: 2, onStep: (done, total) => void told.push([done, total]) }));
  expect(told).toEqual([1, 2, 3, 4].map((done) => [done, 4]));
});

test("it pauses at each vote that it looks at, and ends there by what is thrown", async () => {
  let votesLookedAt = 0;
  const { curve } = await selectMembers(task({ steps: 2, onVote: () => void votesLookedAt++ }));
  // Each alone, each in each of two steps, and those of the sums.
  expect(votesLookedAt).toBe(12 + 2 * 12 + curve.reduce((sum, { counts }) => sum + counts.size, 0));
  votesLookedAt = 0;
  const stopped = selectMembers(
    task({
      onVote() {
        votesLookedAt += 1;
        if (votesLookedAt === 15) throw new Error("enough");
      },
    }),
  );
  await expect(stopped).rejects.toThrow("enough");
  expect(votesLookedAt).toBe(15);
});
