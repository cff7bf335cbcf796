import { expect, test } from "vitest";
import { answersOf } from "../test/answers.ts";
import { CLASSES, labels } from "../test/example-logits.ts";
import { diversity } from "./diversity.ts";
import { fixedAndBroke } from "./fixed-and-broke.ts";

test("pairs have scikit-learn's kappa, their disagreement and double faults", () => {
  const close = (value: number) => expect.closeTo(value, 12) as number;
  const { pairs, kappa, disagreement, doubleFault } = diversity([0, 1, 2].map(answersOf), labels, CLASSES);
  expect(pairs).toEqual([
    // reference.py
    { first: 0, second: 1, disagreement: close(0.675), doubleFault: close(0.15), kappa: close(0.09547738693467345) },
    { first: 0, second: 2, disagreement: close(0.8), doubleFault: close(0.025), kappa: close(-0.07834877843302457) },
    { first: 1, second: 2, disagreement: close(0.475), doubleFault: close(0.175), kappa: close(0.3498716852010265) },
  ]);
  expect([disagreement, doubleFault]).toEqual([close(0.65), close(0.35 / 3)]);
  expect(kappa).toBeCloseTo((0.09547738693467345 - 0.07834877843302457 + 0.3498716852010265) / 3, 12);
});

test("members alike have kappa 1, two that know one class alone have none, one alone has no pair", () => {
  expect(diversity([answersOf(0), answersOf(0)], labels, CLASSES).pairs).toEqual([
    { first: 0, second: 1, disagreement: 0, doubleFault: 19 / 40, kappa: 1 },
  ]);
  const zeros = new Int32Array(3);
  expect(diversity([zeros, zeros], Int32Array.of(0, 1, 1), 2)).toMatchObject({ kappa: Number.NaN, doubleFault: 2 / 3 });
  expect(diversity([zeros], zeros, 2)).toEqual({ pairs: [], disagreement: Number.NaN, doubleFault: Number.NaN, kappa: Number.NaN });
});

test("a member fixes rows that become right, and breaks rows that become wrong", () => {
  const stages = [Uint8Array.of(0, 1, 1, 0), Uint8Array.of(1, 0, 0, 0), Uint8Array.of(1, 0, 0, 0)];
  expect(fixedAndBroke(stages)).toEqual([
    { fixed: 1, broke: 2 },
    { fixed: 0, broke: 0 },
  ]);
  expect(fixedAndBroke([])).toEqual([]);
});
