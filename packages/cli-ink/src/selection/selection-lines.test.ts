import type { MetricInfo } from "@benn/core";
import { expect, test } from "vitest";
import { selectionLines } from "./selection-lines.ts";
import { type Selection, selectionSchema } from "./selection-schema.ts";

const accuracy: MetricInfo = { name: "accuracy", title: "accuracy", unit: "%", better: "higher" };
const brier: MetricInfo = { name: "brier", title: "Brier score", unit: "", better: "lower" };
const compared = {
  accuracy: 0.61,
  difference: 0.012,
  interval: [0.001, 0.02],
  firstOnly: 300,
  secondOnly: 180,
  pValue: 0.0004,
} satisfies Partial<NonNullable<Selection["test"]>["all"]>;
const selection: Selection = {
  format: 1,
  runs: ["runs/2026-11-24-nin-resnet20-bagging-and-more", "runs/b"],
  candidates: 64,
  rows: 5000,
  voter: "softmax",
  metric: "accuracy",
  seed: 0,
  bags: 20,
  steps: 50,
  share: 0.5,
  budget: { kind: "bytes", most: 1.5e6, text: "1.5MB" },
  curve: Array.from({ length: 50 }, (_, i) => ({
    steps: i + 1,
    members: 20 + (i % 9),
    value: 0.6 + i / 1e4,
    interval: [0.58, 0.62],
    cost: 1.4e6,
  })),
  chosen: {
    steps: 37,
    value: 0.6036,
    interval: [0.58, 0.62],
    cost: 1_412_345,
    members: Array.from({ length: 23 }, (_, member) => ({
      run: "runs/2026-11-24-nin-resnet20-bagging-and-more",
      member,
      architecture: "resnet20 width=0.5",
      binarizer: "deterministic",
      votes: 30 - member,
      alone: 0.55,
    })),
  },
  folder: "runs/chosen",
  test: {
    rows: 10_000,
    right: 6220,
    accuracy: 0.622,
    interval: [0.612, 0.631],
    all: compared,
    best: { ...compared, run: "runs/b", member: 3 },
  },
  notes: ["runs/b: member 2 answers as runs/a, member 1, and is left out."],
};

test("a selection has the schema that is printed, and fits a terminal of 80 columns", () => {
  expect(selectionSchema.parse(JSON.parse(JSON.stringify(selection)))).toEqual(selection);
  for (const all of [false, true]) {
    const lines = selectionLines(selection, accuracy, { all, width: 80 });
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.join("\n")).not.toMatch(/NaN|undefined|Infinity/);
    expect(lines.filter((line) => /^ +\d+ +2\d +1\.40 MB +6\d\.\d +\[58\.0, 62\.0\]/.test(line))).toHaveLength(all ? 50 : 17);
  }
});

test("it says what was chosen, within which budget, and at the end what test images make of it", () => {
  const text = selectionLines(selection, accuracy, { all: false, width: 80 }).join(" ");
  expect(text).toContain(
    "64 members of 2 runs; chosen on 5,000 validation images by the accuracy of their softmax vote, in 20 bags, within 1.5MB",
  );
  expect(text).toContain("Chosen after 37 steps of each bag: 23 members, 1.41 MB packed");
  expect(text).toContain("which is optimistic: members were chosen on them");
  expect(text).toContain("On 10,000 test images, which had no part in the choice: 62.2 % [61.2, 63.1].");
  expect(text).toContain("All 64 members with one vote each have 61.0 %: the chosen ones have 1.2 points more [0.1, 2.0], p < 0.001.");
  expect(text).toContain("Note: runs/b: member 2 answers as runs/a, member 1");
  expect(text.indexOf("test images")).toBeGreaterThan(text.indexOf("optimistic"));
});

test("a dry run shows no test images and says that nothing was written; other metrics have their own units", () => {
  const { folder: _folder, test: _test, budget: _budget, ...rest } = selection;
  const curve = rest.curve.slice(0, 3).map(({ steps, members, value }) => ({ steps, members, value }));
  const chosen = { steps: 2, value: 0.412, members: rest.chosen.members.slice(0, 1) };
  const text = selectionLines({ ...rest, bags: 1, runs: ["runs/b"], curve, chosen }, brier, { all: false, width: 80 }).join("\n");
  expect(text).not.toContain("test images");
  expect(text).toContain("Nothing was written.");
  expect(text).toContain("Chosen after 2 steps: 1 member\n");
  expect(text).toContain("On the validation images: 0.412, which is optimistic");
});
