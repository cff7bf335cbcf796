import type { Estimate, EstimatedMovement } from "@benn/analysis";
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { exampleRun } from "../test/example-run.ts";
import { renderReport } from "./render-report.ts";
import type { ReportedRun } from "./reported-run.ts";

const estimate = (value: number): Estimate => ({ value, interval: [0.9 * value, 1.1 * value] });
const moves = (changed: number): EstimatedMovement => ({
  moved: estimate(2 * changed),
  changed: estimate(changed),
  accuracy: estimate(0.5),
});
const ratio = { moved: estimate(0.5), changed: estimate(0.5) };

const stability: NonNullable<ReportedRun["stability"]> = {
  isCurrent: true,
  format: 1,
  folder: "runs/<b>x</b>",
  voter: "soft",
  seed: 0,
  rows: 500,
  draws: 8,
  members: [0, 1, 2].map((member) => ({ member, weights: "" })),
  clean: { single: 0.5, stages: [0.5, 0.55, 0.612] },
  noise: [
    { kind: "weights", level: 0.01, unit: "share", single: moves(0.2), stages: [0.21, 0.15, 0.1].map(moves), ratio },
    { kind: "images", level: 8, unit: "pixels", single: moves(0), stages: [0, 0, 0].map(moves), ratio: {} },
  ],
  retrainings: {
    runs: [0, 1].map((seed) => ({ folder: `runs/<i>${seed}</i>`, seed })),
    rows: 1000,
    stages: [1, 2].map((members) => ({
      members,
      accuracies: [0.5, 0.6],
      accuracy: { mean: 0.55, interval: [0.2, 0.9], deviation: 0.07 },
      churn: estimate(0.4 / members),
      moved: 0.3,
    })),
  },
  notes: ["a note"],
};
const sectionOf = (own: ReportedRun["stability"]) =>
  parseHTML(renderReport([{ ...exampleRun(3), ...(own ? { stability: own } : {}) }])).document.querySelector("#stability");

test("a run that was not measured has no section, one that was has a chart for each kind, a table and the churn", () => {
  expect(sectionOf(undefined)).toBeNull();
  const section = sectionOf(stability)!;
  expect(section.querySelectorAll("svg").length).toBe(3);
  const [, weights, images] = [...section.querySelectorAll("tbody tr")].map((row) => row.textContent.replaceAll(/\s+/g, " "));
  expect(weights).toMatch(/weights ?1 % ?20\.0 % \(18\.0 to 22\.0 %\) ?10\.0 %/);
  expect(images).toMatch(/images ?σ 8 pixel values/);
  expect(images).toContain("–");
  expect(section.textContent).toContain("40.0 % of 1,000 test images change class with 1 member that votes, 20.0 % with 2");
  expect(section.textContent).toContain("a note");
  expect(section.textContent).not.toContain("before the run changed");
  expect(section.innerHTML).not.toContain("<i>0");
  expect(section.querySelector("pre")?.textContent.split("\n")[1]).toBe("1 %,1,0.21,0.189,0.231,0.42,0.378,0.462,0.5,0.45,0.55");
});

test("what was measured of other members says so", () => {
  expect(sectionOf({ ...stability, isCurrent: false })?.textContent).toContain("Measured before the run changed, of 3 members");
});
