import type { MetricInfo } from "@benn/core";
import type { Evaluation } from "@benn/core/node";
import { expect, test } from "vitest";
import { evaluationLines } from "./eval.ts";

const accuracy: MetricInfo = { name: "accuracy", title: "accuracy", unit: "%", better: "higher" };
const brier: MetricInfo = { name: "brier", title: "Brier score", unit: "", better: "lower" };
const loss: MetricInfo = { name: "loss", title: "cross-entropy", unit: "", better: "lower" };
const evaluation: Evaluation = {
  folder: "runs/a",
  testRows: 1000,
  mirror: false,
  voter: "soft",
  metrics: [accuracy, brier, loss],
  members: [
    { member: 0, architecture: "nin", alpha: 1, metrics: { accuracy: 0.5, brier: 0.6, loss: 1.5 }, agreement: 1 },
    { member: 1, architecture: "nin", metrics: { accuracy: 0.1, brier: 0.9, loss: 2.5 }, agreement: 0.998 },
  ],
  staged: [{ accuracy: { hard: 0.5, soft: 0.52 }, brier: { hard: 0.7, soft: 0.55 } }],
  singleMean: { accuracy: 0.5, brier: 0.6, loss: 1.5 },
};

test("members have a column for each metric, and every metric of the votes a table and a sentence", () => {
  expect(evaluationLines(evaluation)).toEqual([
    "Members on 1,000 test images",
    "",
    "  member  net  accuracy %  Brier score  cross-entropy    alpha  same class as stored %",
    "  1       nin        50.0        0.600           1.50     1.00                   100.0",
    "  2       nin        10.0        0.900           2.50  no vote                    99.8",
    "",
    "Test accuracy % of the votes of the first ones",
    "",
    "  members  soft  hard",
    "        1  52.0  50.0",
    "",
    "Test Brier score of the votes of the first ones",
    "",
    "  members   soft   hard",
    "        1  0.550  0.700",
    "",
    "Test accuracy of the soft vote of 1 member: 52.0 %; of a single member on average: 50.0 %; 2.0 points better.",
    "Test Brier score of the soft vote of 1 member: 0.550; of a single member on average: 0.600; 0.050 better.",
    "1 of 2 members differ from what was stored when they were trained.",
  ]);
});

test("an evaluation with mirror images says so", () => {
  const lines = evaluationLines({ ...evaluation, mirror: true });
  expect(lines[0]).toBe("Members on 1,000 test images, each with its mirror image: by the mean of both logits");
  expect(lines.at(-1)).toBe("1 of 2 members differ, without the mirror images, from what was stored when they were trained.");
});

test("on other data nothing is compared with what was stored", () => {
  const members = evaluation.members.map(({ agreement: _agreement, ...member }) => member);
  expect(evaluationLines({ ...evaluation, members }).join("\n")).not.toContain("stored");
});
