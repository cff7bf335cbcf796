import { createRandom } from "@benn/core/internals";
import { hardVote, softVote } from "@benn/vote";
import { expect, test } from "vitest";
import { type Disturbance, disturbanceOf } from "./disturbance.ts";
import { movement } from "./movement.ts";
import { summarizeDraws } from "./summarize-draws.ts";

const rows = 400;
const classes = 4;
const labels = Int32Array.from({ length: rows }, (_, row) => row % classes);
const normal = (purpose: string, scale: number) => {
  const random = createRandom(1, purpose);
  return Float32Array.from({ length: rows * classes }, () => scale * random.normal());
};
const clean = [0, 1, 2, 3].map((member) =>
  normal(`clean ${member}`, 1).map((x, i) => x + Number(labels[Math.floor(i / classes)] === i % classes)),
);
const alphas = [1, 2, 1, 1];
const vote = { labels, classes, alphas, voters: alphas.map(() => softVote) };

const disturbed = (draw: number) =>
  clean.map((logits, m) => {
    const noise = normal(`noise ${draw} ${m}`, 0.5);
    return logits.map((x, i) => x + noise[i]!);
  });

test("noise of each member for itself moves the vote of many less than a member", () => {
  const { stages, single } = disturbanceOf(vote, clean)(disturbed(0));
  expect(stages[0]).toEqual(movement(clean[0]!, disturbed(0)[0]!, labels));
  const singles = clean.map((logits, m) => movement(logits, disturbed(0)[m]!, labels).changed);
  expect(single.changed).toBeCloseTo(singles.reduce((a, b) => a + b) / 4, 12);
  expect(stages[3]!.moved).toBeLessThan(0.9 * single.moved);
  expect(stages[3]!.changed).toBeLessThan(single.changed);
});

test("a stage is the vote by its own voter with the members' vote weights", () => {
  const noisy = disturbed(1);
  const second = (logits: readonly Float32Array[]) => softVote.vote({ logits: logits.slice(0, 2), alphas: [1, 2], classes });
  expect(disturbanceOf(vote, clean)(noisy).stages[1]).toEqual(movement(second(clean), second(noisy), labels));
  const hard = disturbanceOf({ ...vote, voters: alphas.map(() => hardVote) }, clean)(noisy);
  expect(hard.stages[0]!.changed).toBe(disturbanceOf(vote, clean)(noisy).stages[0]!.changed);
  expect(hard.stages[1]!.moved).not.toBe(disturbanceOf(vote, clean)(noisy).stages[1]!.moved);
});

test("draws are summed up with intervals that hold their mean and shrink with their number", () => {
  const measure = disturbanceOf(vote, clean);
  const draws = Array.from({ length: 16 }, (_, draw) => measure(disturbed(draw)));
  const few = summarizeDraws(draws.slice(0, 4), createRandom(0, "few"));
  const { single, stages, ratio } = summarizeDraws(draws, createRandom(0, "all"));
  expect(stages).toHaveLength(4);
  expect(single.changed.value).toBeCloseTo(draws.reduce((sum, draw) => sum + draw.single.changed, 0) / 16, 12);
  for (const { value, interval } of [single.moved, stages[3]!.changed, stages[3]!.accuracy, ratio.moved!, ratio.changed!]) {
    expect(interval[0]).toBeLessThanOrEqual(value);
    expect(interval[1]).toBeGreaterThanOrEqual(value);
  }
  const width = ([low, high]: readonly [number, number]) => high - low;
  expect(width(single.moved.interval)).toBeLessThan(width(few.single.moved.interval));
  expect(ratio.changed!.value).toBeCloseTo(stages[3]!.changed.value / single.changed.value, 12);
  expect(summarizeDraws(draws, createRandom(0, "all"))).toEqual({ single, stages, ratio });
});

test("where nothing moves a single member there is no ratio", () => {
  const still: Disturbance = disturbanceOf(vote, clean)(clean);
  expect(still.single).toMatchObject({ moved: 0, changed: 0 });
  expect(summarizeDraws([still, still], createRandom(0, "")).ratio).toEqual({});
});
