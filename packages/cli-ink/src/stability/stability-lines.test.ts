import { type Estimate, type EstimatedMovement, type Stability } from "@benn/analysis";
import { expect, test } from "vitest";
import { stabilityLines } from "./stability-lines.ts";
import { stabilitySchema } from "./stability-schema.ts";

const estimate = (value: number): Estimate => ({ value, interval: [0.9 * value, Math.min(1, 1.1 * value)] });
const moves = (changed: number): EstimatedMovement => ({
  moved: estimate(2 * changed),
  changed: estimate(changed),
  accuracy: estimate(0.5),
});
const levels = { weights: [0.001, 0.01, 0.05], activations: [0.01], images: [0.1, 16] } as const;

function example(members: number): Stability {
  const stages = (first: number) => Array.from({ length: members }, (_, k) => moves(first / (k + 1)));
  return {
    format: 1,
    folder: "runs/example",
    voter: "soft",
    seed: 0,
    rows: 10_000,
    draws: 8,
    members: Array.from({ length: members }, (_, member) => ({ member, weights: "" })),
    clean: { single: 0.5, stages: Array.from({ length: members }, () => 0.5) },
    noise: (["weights", "activations", "images"] as const).flatMap((kind) =>
      levels[kind].map((level) => ({
        kind,
        level,
        unit: kind !== "images" ? ("share" as const) : level > 1 ? ("pixels" as const) : ("deviations" as const),
        single: moves(0.9),
        stages: stages(0.9),
        ratio: { moved: estimate(1 / members), changed: estimate(1 / members) },
      })),
    ),
    retrainings: {
      runs: [0, 1, 2].map((seed) => ({ folder: `runs/${seed}`, seed })),
      rows: 10_000,
      stages: Array.from({ length: members }, (_, k) => ({
        members: k + 1,
        accuracies: [1, 0.9, 0.8],
        accuracy: { mean: 0.9, interval: [0.651, 1.15] as const, deviation: 0.1 },
        churn: estimate(0.999 / (k + 1)),
        moved: 1.234,
      })),
    },
    notes: ["a note"],
  };
}

test.for([1, 2, 6, 32])("a table of %i members fits 80 columns and has the answer first", (members) => {
  const stability = example(members);
  expect(stabilitySchema.parse(JSON.parse(JSON.stringify(stability)))).toEqual(stability);
  const lines = stabilityLines(stability, { all: false, width: 80 });
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  const text = lines.join(" ");
  expect(lines[0]).toBe(`runs/example, soft vote of ${members === 1 ? "1 member" : `${members} members`}:`);
  const vote = ((100 * 0.9) / members).toFixed(1);
  expect(text).toContain(
    members === 1
      ? "With 1 % of the bits of weights flipped, 90.0 % of images change class."
      : `With 1 % of the bits of weights flipped, 90.0 % of images change class of a single member on average and ${vote} % of the vote: ${(1 / members).toFixed(2)} times as many`,
  );
  expect(text).toContain("With noise of 16 pixel values on images, 90.0 %");
  expect(text).toContain("Between 3 trainings that differ by seed alone, 99.9 % of images change class with 1 member");
  expect(lines.some((line) => line.startsWith("  activations 1 %"))).toBe(true);
});

test("with --all every stage is a column", () => {
  const head = stabilityLines(example(32), { all: true, width: 80 }).find((line) => line.startsWith("  noise"));
  expect(head).toMatch(/ 30 +31 +32 /);
});
