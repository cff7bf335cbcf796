import { answerCosts, type ComparedKind, type CostComparison, matchCosts } from "@benn/analysis";
import { expect, test } from "vitest";
import { comparisonLines, priceText } from "./comparison-lines.ts";
import { comparisonSchema } from "./comparison-schema.ts";

function kind(bits: number, members: number, accuracy: number): ComparedKind {
  return {
    name: bits === 1 ? "1 bit" : `${bits} bits`,
    bits,
    binarizer: "lsq",
    runs: [0, 1].map((seed) => ({ folder: `runs/${bits}-${seed}`, seed })),
    packed: true,
    ensembles: Array.from({ length: members }, (_, k) => {
      const mean = Math.min(1, accuracy + 0.01 * k);
      return {
        members: k + 1,
        accuracies: [mean - 0.001, mean + 0.001],
        accuracy: { mean, interval: [mean - 0.0123, mean + 0.0123] as const, deviation: 0.01 },
        churn: { value: 1, interval: [0.9, 1] as const },
        cost: {
          bytes: 98_700 * bits * (k + 1),
          operations: 123_456_789 * bits ** 2 * (k + 1),
          ...(bits === 4 ? {} : { milliseconds: 1.234 * bits * (k + 1) }),
        },
      };
    }),
  };
}

function example(members: number): CostComparison {
  const kinds = [kind(1, members, 0.6), kind(2, 1, 0.615), kind(4, 1, 0.9), kind(32, 1, 0.99)];
  const matches = matchCosts(kinds[0]!, kinds.slice(1));
  return {
    format: 1,
    name: "compare",
    architecture: "nin width=0.5",
    voter: "soft",
    seeds: [0, 1],
    rows: 10_000,
    kinds,
    matches,
    machine: "a CPU",
    answer: answerCosts(matches),
    notes: ["a note"],
  };
}

test.for([1, 4, 32])("ensembles of up to %i members fit 80 columns, with the answer first", (members) => {
  const comparison = example(members);
  expect(comparisonSchema.parse(JSON.parse(JSON.stringify(comparison)))).toEqual(comparison);
  const lines = comparisonLines(comparison, { all: false, width: 80 });
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.slice(0, lines.indexOf("")).join(" ")).toBe(comparison.answer);
  expect(lines.filter((line) => line.startsWith("Test accuracy over"))).toHaveLength(3);
  expect(lines.some((line) => /^ {2}1 bit +1 +60\.0 +\[58\.8, 61\.2\] +100\.0 98\.7 kB +123M +1\.23 +bom$/.test(line))).toBe(true);
  expect(lines.some((line) => /^ {2}4 bits .* – +/.test(line))).toBe(true);
  expect(lines.some((line) => line.startsWith("* More would fit"))).toBe(true); // 1,024 of them, by bit operations
});

test("prices are as people write them", () => {
  expect([999, 12_345, 1.5e9, 2.5e13].map((price) => priceText("operations", price))).toEqual(["999", "12.3k", "1.50G", "25.0T"]);
  expect([0.01234, 12.34].map((price) => priceText("milliseconds", price))).toEqual(["0.0123", "12.3"]);
  expect(priceText("bytes", undefined)).toBe("–");
});
