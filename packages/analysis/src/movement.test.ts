import { expect, test } from "vitest";
import { movement, unitSpread } from "./movement.ts";

const labels = Int32Array.of(0, 1);

test("classes that change are counted, and the distance is a share of the spread, by hand", () => {
  // Spread before: (±1)² twice and (±2)² twice = 10. Row 1 goes to its mirror image: 4 · 2² … of the centred ±2: 16 · 2 = 32.
  const before = Float64Array.of(3, 1, 0, 4);
  const after = Float64Array.of(5, 3, 14, 10);
  expect(movement(before, after, labels)).toEqual({ moved: Math.sqrt(32 / 10), changed: 0.5, accuracy: 0.5 });
});

test("what is added to a whole row moves nothing, and a tie is the lower class", () => {
  const before = Float32Array.of(1, 0, 0, 1);
  expect(movement(before, Float32Array.of(8, 7, -3, -2), labels)).toEqual({ moved: 0, changed: 0, accuracy: 1 });
  expect(movement(before, Float32Array.of(1, 0, 5, 5), labels)).toMatchObject({ changed: 0.5, accuracy: 0.5 });
  expect(movement(new Float32Array(4), before, labels).moved).toBeNaN();
});

test("votes of another size have the same unit spread", () => {
  const scores = Float64Array.of(1, 2, 5, -1, 0, 3);
  const unit = unitSpread(scores, 3);
  expect(
    [
      ...unitSpread(
        scores.map((score) => 7 * score),
        3,
      ),
    ]
      .map((score, i) => score - unit[i]!)
      .every((d) => Math.abs(d) < 1e-12),
  ).toBe(true);
  let spread = 0;
  for (const row of [unit.subarray(0, 3), unit.subarray(3)]) {
    const mean = row.reduce((a, b) => a + b) / 3;
    spread += row.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  }
  expect(spread / 2).toBeCloseTo(1, 12);
  expect([...unitSpread(new Float32Array(3), 3)]).toEqual([0, 0, 0]);
});
