import fc from "fast-check";
import { variance } from "simple-statistics";
import { expect, test } from "vitest";
import { labels, logitsOf } from "../test/example-logits.ts";
import { fitTemperature, fitTemperatureInSteps } from "./temperature.ts";

test("the temperature is the one that SciPy's minimisation finds", () => {
  const [one, other] = [logitsOf(0), logitsOf(3)];
  expect(fitTemperature(one, labels)).toBeCloseTo(1.5900239590818779, 6); // reference.py
  const sum = Float64Array.from(one, (logit, at) => logit + 3 * (other[at] ?? 0));
  expect(fitTemperature(sum, labels)).toBeCloseTo(3.4094625353818326, 6);
});

/** Mean of −log softmax(scores / temperature)[label] over rows of three classes. */
function likelihood(scores: Float64Array, labels: Int32Array, temperature: number): number {
  const rows = Array.from(labels, (label, row) => {
    const own = Array.from(scores.subarray(3 * row, 3 * row + 3), (score) => score / temperature);
    const highest = Math.max(...own);
    return highest + Math.log(own.reduce((sum, score) => sum + Math.exp(score - highest), 0)) - (own[label] ?? 0);
  });
  return rows.reduce((sum, value) => sum + value, 0) / rows.length;
}

test("no temperature within the bounds is more likely, whatever the scores", () => {
  const scores = fc.array(fc.double({ min: -1e4, max: 1e4, noNaN: true }), { minLength: 30, maxLength: 30 });
  fc.assert(
    fc.property(scores, fc.array(fc.nat(2), { minLength: 10, maxLength: 10 }), (values, classes) => {
      const own = Float64Array.from(values);
      const labels = Int32Array.from(classes);
      const variances = Array.from(labels, (_, row) => variance(values.slice(3 * row, 3 * row + 3)));
      const scale = Math.sqrt(variances.reduce((sum, value) => sum + value, 0) / variances.length);
      const best = fitTemperature(own, labels);
      if (!(scale > 1e-300)) return;
      const least = likelihood(own, labels, best);
      for (const factor of [0.5, 0.97, 1.03, 2]) {
        const other = Math.min(1000 * scale, Math.max(scale / 1000, best * factor));
        expect(likelihood(own, labels, other)).toBeGreaterThanOrEqual(least * (1 - 1e-9));
      }
    }),
  );
});

test("scores that are all right, all wrong, all equal or none have a finite temperature", () => {
  const scores = Float32Array.of(8, 0, 0, 8);
  expect(fitTemperature(scores, Int32Array.of(0, 1))).toBeCloseTo(4 / 1000, 6); // the deviation within each row is 4
  expect(fitTemperature(scores, Int32Array.of(1, 0))).toBeCloseTo(4 * 1000, 2);
  expect(fitTemperature(new Float32Array(4), Int32Array.of(0, 1))).toBe(1);
  expect(fitTemperature(new Float32Array(0), new Int32Array(0))).toBe(1);
});

test("it scales with the scores", () => {
  const scores = logitsOf(0);
  expect(
    fitTemperature(
      scores.map((score) => 1e6 * score),
      labels,
    ),
  ).toBeCloseTo(1e6 * fitTemperature(scores, labels), 0);
});

test("it pauses at each look at the rows, and comes to the same temperature", () => {
  const steps = fitTemperatureInSteps(logitsOf(0), labels);
  let looks = 0;
  let next = steps.next();
  for (; !next.done; next = steps.next()) looks += 1;
  expect(looks).toBeGreaterThan(3);
  expect(next.value).toBe(fitTemperature(logitsOf(0), labels));
});
