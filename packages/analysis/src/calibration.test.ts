import { expect, test } from "vitest";
import { CLASSES, labels, logitsOf, ROWS } from "../test/example-logits.ts";
import { calibration, confidences } from "./calibration.ts";

test.for([
  {
    // reference.py
    temperature: 1,
    likelihood: 1.1654404592922085,
    brier: 0.6256725343246577,
    error: 0.1717834365576211,
    rows: [0, 0, 0, 0, 6, 7, 13, 9, 3, 2],
    first: [0.46405375809562893, 1 / 6],
  },
  {
    temperature: 2.5,
    likelihood: 1.136646696187507,
    brier: 0.6179152463919552,
    error: 0.12661247245703403,
    rows: [0, 0, 0, 13, 21, 4, 2, 0, 0, 0],
    first: [0.3624958272985757, 4 / 13],
  },
])("likelihood, Brier and calibration error at temperature $temperature are scikit-learn's", (expected) => {
  const { temperature } = expected;
  const { negativeLogLikelihood, brier, expectedCalibrationError, bins } = calibration(logitsOf(0), labels, { temperature, bins: 10 });
  expect(negativeLogLikelihood).toBeCloseTo(expected.likelihood, 10);
  expect(brier).toBeCloseTo(expected.brier, 10);
  expect(expectedCalibrationError).toBeCloseTo(expected.error, 10);
  expect(bins.map(({ rows }) => rows)).toEqual(expected.rows);
  const first = bins.find(({ rows }) => rows > 0);
  expect(first?.confidence).toBeCloseTo(expected.first[0] ?? 0, 10);
  expect(first?.accuracy).toBeCloseTo(expected.first[1] ?? 0, 10);
});

test("logarithms of probabilities give those back, 0 and 1 too", () => {
  const scores = Float64Array.of(-Infinity, 0, Math.log(0.5), Math.log(0.5));
  expect([...confidences(scores, 2)]).toEqual([1, 0.5]);
  const { negativeLogLikelihood, brier, bins } = calibration(scores, Int32Array.of(0, 1), { bins: 4 });
  expect(negativeLogLikelihood).toBeCloseTo((52 * Math.log(2) + Math.log(2)) / 2, 12);
  expect(brier).toBeCloseTo((1 + 1 + 0.5 ** 2 + 0.5 ** 2) / 2, 12);
  // The edges belong to the lower bin.
  expect(bins.map(({ rows, low, high }) => [rows, low, high])).toEqual([
    [0, 0, 0.25],
    [1, 0.25, 0.5],
    [0, 0.5, 0.75],
    [1, 0.75, 1],
  ]);
});

test("confidences are the highest probabilities, at least a guess", () => {
  const confident = confidences(logitsOf(0), CLASSES);
  expect(confident).toHaveLength(ROWS);
  expect(Math.min(...confident)).toBeGreaterThan(1 / CLASSES);
  expect([...confidences(Float32Array.of(1e30, 0, 0, 1e30, 1e30, 1e30, 1e30, 1e30), 4)]).toEqual([0.5, 0.25]);
});

test("without rows there is nothing to measure", () => {
  const { bins, ...means } = calibration(new Float32Array(0), new Int32Array(0), { bins: 1 });
  expect(means).toEqual({ negativeLogLikelihood: Number.NaN, brier: Number.NaN, expectedCalibrationError: Number.NaN });
  expect(bins).toEqual([{ low: 0, high: 1, rows: 0, confidence: Number.NaN, accuracy: Number.NaN }]);
});
