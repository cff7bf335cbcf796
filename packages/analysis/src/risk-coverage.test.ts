import fc from "fast-check";
import { expect, test } from "vitest";
import { answersOf } from "../test/answers.ts";
import { CLASSES, labels, logitsOf } from "../test/example-logits.ts";
import { confidences } from "./calibration.ts";
import { rightRows } from "./right-rows.ts";
import { riskCoverage } from "./risk-coverage.ts";

test("area and risks are NumPy's over the rows by falling confidence", () => {
  const { area, points } = riskCoverage(confidences(logitsOf(0), CLASSES), rightRows(answersOf(0), labels), 4);
  expect(area).toBeCloseTo(0.25647470671519423, 12); // reference.py
  expect(points.map(({ coverage }) => coverage)).toEqual([0.25, 0.5, 0.75, 1]);
  for (const [i, risk] of [0.1, 0.3, 0.36666666666666664, 0.475].entries()) expect(points[i]?.risk).toBeCloseTo(risk, 12);
  expect(points[0]?.confidence).toBeCloseTo(0.7553083969611172, 12);
  expect(points[3]?.confidence).toBeCloseTo(0.42958677030766346, 12);
});

test("rows of equal confidence share their errors, whatever their order", () => {
  // By hand: the first is right; of the two next one is wrong, so half of it is expected at 2 of 3 and all of it at 3 of 3.
  const expected = (0 + 0.5 / 2 + 1 / 3) / 3;
  const confidence = Float64Array.of(0.9, 0.5, 0.5);
  expect(riskCoverage(confidence, Uint8Array.of(1, 0, 1)).area).toBeCloseTo(expected, 12);
  expect(riskCoverage(confidence, Uint8Array.of(1, 1, 0)).area).toBeCloseTo(expected, 12);
});

test("at full coverage the risk is the error rate, and few rows have no more points than rows", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.float({ min: 0, max: 1, noNaN: true }), fc.nat(1)), { minLength: 1, maxLength: 50 }), (rows) => {
      const right = Uint8Array.from(rows, ([, own]) => own);
      const { points, area } = riskCoverage(
        Float64Array.from(rows, ([own]) => own),
        right,
      );
      expect(points.length).toBeLessThanOrEqual(Math.min(rows.length, 20));
      expect(points.at(-1)?.coverage).toBe(1);
      expect(points.at(-1)?.risk).toBeCloseTo(1 - right.reduce((sum, own) => sum + own, 0) / rows.length, 10);
      expect(area).toBeGreaterThanOrEqual(0);
      expect(area).toBeLessThanOrEqual(1);
    }),
  );
  expect(riskCoverage(new Float64Array(0), new Uint8Array(0))).toEqual({ area: Number.NaN, points: [] });
});
