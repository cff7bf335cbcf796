import type { ComparedKind, CostComparison } from "@benn/analysis";
import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { renderComparison } from "./render-comparison.ts";

const kind = (name: string, bits: number, accuracies: readonly number[], packed = true): ComparedKind => ({
  name,
  bits,
  binarizer: "<b>lsq</b>",
  runs: [0, 1].map((seed) => ({ folder: `runs/<i>${name}</i>`, seed })),
  packed,
  ensembles: accuracies.map((mean, k) => ({
    members: k + 1,
    accuracies: [mean, mean],
    accuracy: { mean, interval: [mean - 0.01, mean + 0.01], deviation: 0.01 },
    churn: { value: 0.2, interval: [0.1, 0.3] },
    cost: { bytes: 1000 * bits * (k + 1), operations: 2e6 * bits * (k + 1), ...(packed ? { milliseconds: bits * (k + 1) } : {}) },
  })),
});

const comparison: CostComparison = {
  format: 1,
  name: "small",
  architecture: "nin",
  voter: "soft",
  seeds: [0, 1],
  rows: 1000,
  kinds: [kind("1 bit", 1, [0.5, 0.55]), kind("2 bits", 2, [0.52], false), kind("32 bits", 32, [0.7])],
  matches: [
    {
      cost: "bytes",
      against: "2 bits",
      price: 2000,
      members: 2,
      isShort: false,
      ensemblePrice: 2000,
      difference: { value: 0.03, interval: [0.01, 0.05] },
    },
    {
      cost: "bytes",
      against: "32 bits",
      price: 32_000,
      members: 2,
      isShort: true,
      ensemblePrice: 2000,
      difference: { value: -0.15, interval: [-0.2, -0.1] },
    },
    { cost: "milliseconds", against: "32 bits", price: 0.5, members: 0, isShort: false },
  ],
  machine: "a CPU",
  answer: "At equal bytes more networks beat 2 bits.",
  notes: ["a note"],
};

test("the page begins with the answer and has a front for each cost that several nets have", () => {
  const page = renderComparison(comparison);
  expect(renderComparison(comparison)).toBe(page);
  const { document } = parseHTML(page);
  expect(document.querySelector("#answer p")?.textContent).toBe(comparison.answer);
  expect(document.querySelectorAll("#fronts svg").length).toBe(3);
  expect(document.querySelector("#fronts svg")?.getAttribute("aria-label")).toBe(
    "Accuracy over bytes: on the Pareto front are 1 bit, 2 nets of 1 bit, 32 bits.",
  );
  const rows = [...document.querySelectorAll("#matches tbody tr")].map((row) => row.textContent.replaceAll(/\s+/g, " ").trim());
  expect(rows[0]).toMatch(/bytes ?2 bits ?2\.0 kB ?2 ?2\.0 kB ?\+3\.0 points ?\+1\.0 to \+5\.0/);
  expect(rows[1]).toContain("2 *");
  expect(rows[2]).toContain("none");
  expect(document.querySelector("#matches .quiet")?.textContent).toContain("only 2 members were trained");
  expect(document.querySelector("#nets")?.textContent).toContain("2.0 kB counted");
  expect(page).not.toMatch(/<i>1 bit|<b>lsq|https?:/);
});

test("without times there is no chart of them", () => {
  const kinds = comparison.kinds.map((own) => ({
    ...own,
    ensembles: own.ensembles.map(({ cost: { bytes = 0, operations = 0 }, ...rest }) => ({ ...rest, cost: { bytes, operations } })),
  }));
  const { document } = parseHTML(renderComparison({ ...comparison, kinds }));
  expect(document.querySelectorAll("#fronts svg").length).toBe(2);
});
