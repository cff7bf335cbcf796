import type { Random } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { expect, test } from "vitest";
import type { Prediction } from "../packed-model.ts";
import { openTrust } from "../trust/index.ts";
import type { TrustData } from "../trust/read-trust.ts";
import { winnerOf } from "../tally.ts";
import { findLead, type StagedVote } from "./find-lead.ts";
import { findTrust } from "./find-trust.ts";

const CLASSES = 6;

/** Scores whose softmax is three times too confident: the label is drawn from softmax(scores / 3), but sometimes at random. */
function rowsOf(rows: number, random: Random): { scores: Float64Array; labels: Int32Array } {
  const scores = Float64Array.from({ length: rows * CLASSES }, () => 4 * random.normal());
  const labels = Int32Array.from({ length: rows }, (_, row) => {
    const powers = Array.from(scores.subarray(row * CLASSES, (row + 1) * CLASSES), (score) => Math.exp(score / 3));
    if (random.uniform() < 0.1) return random.integer(CLASSES);
    let at = random.uniform() * powers.reduce((a, b) => a + b, 0);
    return Math.max(
      0,
      powers.findIndex((power) => (at -= power) < 0),
    );
  });
  return { scores, labels };
}

const trustOf = (data: TrustData) => {
  const labels = Array.from("abcdef");
  const trust = openTrust({ labels, voter: "soft", trust: new TextEncoder().encode(JSON.stringify(data)) });
  if (!trust) throw new Error("no trust");
  return trust;
};
const predictionOf = (scores: Float64Array): Prediction => {
  const winner = winnerOf(scores);
  return { class: winner, label: "", scores, votes: [], ran: 1, members: 1, voter: "soft", mirror: false };
};
const rowOf = (scores: Float64Array, row: number): Float64Array => scores.subarray(row * CLASSES, (row + 1) * CLASSES);

test.for([0.5, 0.8, 0.9, 0.95, 0.99])(
  "a set of coverage %f holds the right class as often, over many draws of the held-out rows",
  (coverage) => {
    const random = createRandom(1, "coverage", String(coverage));
    const repeats = 150;
    const shares = Array.from({ length: repeats }, (_, seed) => {
      const held = rowsOf(400, random);
      const trust = trustOf(findTrust({ ...held, staged: undefined, seed, reused: [] }));
      const fresh = rowsOf(200, random);
      const hits = fresh.labels.filter((label, row) =>
        trust.judge(predictionOf(rowOf(fresh.scores, row)), { coverage }).set?.some((own) => own.class === label),
      );
      return hits.length / fresh.labels.length;
    });
    const mean = shares.reduce((a, b) => a + b, 0) / repeats;
    const error = Math.sqrt(shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / (repeats - 1) / repeats);
    const right = 0.55; // of the winners alone, which the set always contains
    expect(mean).toBeGreaterThan(coverage - 3 * error);
    if (coverage > right) expect(mean).toBeLessThan(coverage + 1 / 301 + 3 * error);
  },
);

test("the temperature and the sets come from different rows, which the seed draws, where there are enough", () => {
  const held = rowsOf(400, createRandom(2, "rows"));
  const find = (seed: number) => findTrust({ ...held, staged: undefined, seed, reused: ["x"] });
  const data = find(1);
  expect(data).toMatchObject({ version: 1, temperatureRows: 100, coverageRows: 300, step: 1, reused: ["x"] });
  expect(data.tails).toHaveLength(300);
  expect(data).toEqual(find(1));
  expect(find(2).temperature).not.toBe(data.temperature);
  // Rows of the sets do not affect the temperature, and vice versa.
  const few = { scores: held.scores.subarray(0, 199 * CLASSES), labels: held.labels.subarray(0, 199) };
  const same = findTrust({ ...few, staged: undefined, seed: 1, reused: [] });
  expect(same).toMatchObject({ temperatureRows: 199, coverageRows: 199, reused: ["the temperature was fitted on them"] });
});

test("of many rows every so many-th tail is kept, and the last; sets are never smaller by it", () => {
  const held = rowsOf(2000, createRandom(3, "rows"));
  const data = findTrust({ ...held, staged: undefined, seed: 1, reused: [] });
  expect(data).toMatchObject({ coverageRows: 1500, step: 3 });
  expect(data.tails).toHaveLength(500);
  expect(data.tails.every((tail, i) => tail <= (data.tails[i - 1] ?? 1))).toBe(true);
  expect(JSON.stringify(data.tails).length).toBeLessThan(500 * 12);
});

test("probabilities are as sure as they are right", () => {
  const random = createRandom(4, "rows");
  const trust = trustOf(findTrust({ ...rowsOf(4000, random), staged: undefined, seed: 1, reused: [] }));
  const fresh = rowsOf(4000, random);
  let [sure, right] = [0, 0];
  for (const [row, label] of fresh.labels.entries()) {
    const { likeliest = [] } = trust.judge(predictionOf(rowOf(fresh.scores, row)));
    sure += likeliest[0]!.probability;
    if (likeliest[0]!.class === label) right += 1;
  }
  expect(Math.abs(sure - right) / 4000).toBeLessThan(0.03); // three standard errors, plus what no temperature can model about random labels
  expect(trust.temperature).toBeGreaterThan(2);
});

/** Votes of twelve members on rows of varying difficulty: mean leads of a random walk. */
function walks(rows: number, random: Random): StagedVote[] {
  return Array.from({ length: rows }, () => {
    const drift = 2 * random.normal();
    const members = Array.from({ length: 12 }, () => drift + 2 * random.normal());
    const stages = members.map((_, at) => {
      const mean = members.slice(0, at + 1).reduce((a, b) => a + b, 0) / (at + 1);
      return { lead: Math.abs(mean) / Math.sqrt(12 / (at + 1) - 1), winner: mean > 0 ? 1 : 0 };
    });
    return { stages: stages.slice(0, -1), winner: stages.at(-1)!.winner };
  });
}

test("the lead keeps the class of all members on 99 % of fresh images in 95 % of the draws, and spares half of the members", () => {
  const random = createRandom(5, "walks");
  const fresh = walks(4000, random);
  let [bad, spared] = [0, 0];
  for (let draw = 0; draw < 60; draw++) {
    const lead = findLead(walks(500, random)) ?? Infinity;
    const stopped = fresh.map(({ stages, winner }) => {
      const at = stages.findIndex((stage) => stage.lead >= lead);
      return { ran: at < 0 ? 12 : at + 1, other: (stages[at]?.winner ?? winner) !== winner };
    });
    if (stopped.filter(({ other }) => other).length / fresh.length > 0.01) bad += 1;
    spared += stopped.reduce((sum, { ran }) => sum + 1 - ran / 12, 0) / fresh.length / 60;
  }
  expect(bad).toBeLessThan(0.05 * 60 + 3 * Math.sqrt(0.05 * 0.95 * 60));
  expect(spared).toBeGreaterThan(0.4);
});

test("rows that are too few tell no lead, and members that always agree may stop at once", () => {
  const alike = Array.from({ length: 299 }, () => ({ stages: [{ lead: 1, winner: 3 }], winner: 3 }));
  expect(findLead(alike.slice(1))).toBeUndefined();
  expect(findLead(alike)).toBe(2 ** -20);
  const one = { stages: [{ lead: 1, winner: 2 }], winner: 3 };
  expect(findLead([...alike, one])).toBe(2 ** (1 / 16));
  expect(findLead([...alike, ...alike, one])).toBe(2 ** -20);
});
