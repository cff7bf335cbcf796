import type { MetricInfo } from "@benn/core";
import { expect, test } from "vitest";
import { comparison, isBetter, metricCell, metricHead, metricLabel, metricText } from "./metric-values.ts";

const accuracy: MetricInfo = { name: "accuracy", title: "accuracy", unit: "%", better: "higher" };
const error: MetricInfo = { ...accuracy, title: "calibration error", better: "lower" };
const score: MetricInfo = { name: "brier", title: "Brier score", unit: "", better: "lower" };
const length: MetricInfo = { name: "length", title: "code length", unit: "bits", better: "lower" };

test("a value has the unit of its metric; in a column the head has it", () => {
  expect([accuracy, score, length].map((metric) => metricText(metric, 0.5234))).toEqual(["52.3 %", "0.523", "0.523 bits"]);
  expect([accuracy, score, length].map((metric) => metricCell(metric, 0.5234))).toEqual(["52.3", "0.523", "0.523"]);
  expect([accuracy, length].map((metric) => metricLabel(metric, 0.5234))).toEqual(["52.3 %", "0.523"]);
  expect([accuracy, score, length].map(metricHead)).toEqual(["accuracy %", "Brier score", "code length bits"]);
});

test("what has no value, or none that JSON can hold, is a dash", () => {
  for (const value of [undefined, Number.NaN, null as unknown as number])
    expect([accuracy, length].flatMap((metric) => [metricText(metric, value), metricCell(metric, value)])).toEqual(["–", "–", "–", "–"]);
  expect(comparison(accuracy, 0.5, Number.NaN)).toBeUndefined();
});

test("which of two values is better depends on the metric, and percentages differ by points", () => {
  expect(comparison(accuracy, 0.561, 0.523)).toBe("3.8 points better");
  expect(comparison(accuracy, 0.523, 0.561)).toBe("3.8 points worse");
  expect(comparison(error, 0.042, 0.061)).toBe("1.9 points better");
  expect(comparison(score, 0.2, 0.5)).toBe("0.300 better");
  expect(comparison(length, 2.5, 2.25)).toBe("0.250 bits worse");
  expect(comparison(accuracy, 0.5, 0.50001)).toBe("equal");
  expect([isBetter(accuracy, 2, 1), isBetter(score, 2, 1), isBetter(score, 1, 1)]).toEqual([true, false, false]);
});
