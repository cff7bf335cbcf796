import * as tf from "@benn/core/tensorflow";
import fc from "fast-check";
import { expect, it } from "vitest";
import { randomValues } from "../../test/random-values.ts";
import { run, useBackend } from "../../test/use-backend.ts";

useBackend();

const NAMES = [tf.Less, tf.LessEqual, tf.Greater, tf.GreaterEqual];
const SHAPES = fc.constantFrom<[number[], number[]]>(
  [
    [3, 7],
    [3, 7],
  ],
  [[2, 3, 5], []],
  [[], [4, 2]],
  [[4, 3], [3]],
  [[3], [4, 3]],
  [[], []],
);

it("truth values are those of TensorFlow.js's CPU backend, for equal shapes, numbers and others, and for what is no number", () => {
  fc.assert(
    fc.property(fc.constantFrom(...NAMES), SHAPES, fc.constantFrom(0, -0, 1, Number.NaN, Infinity), (name, [a, b], special) => {
      const given = (shape: number[], purpose: string): [number[], number[]] => {
        const values = [...randomValues(Math.max(1, tf.util.sizeFromShape(shape)), purpose)];
        return [values.map((value, i) => (i % 3 === 0 ? special : Math.round(value))), shape];
      };
      const inputs = { a: given(a, "a"), b: given(b, "b") };
      const [own] = run(name, inputs);
      const [plain] = run(name, inputs, {}, "cpu");
      expect(own?.shape).toEqual(plain?.shape);
      expect([...own!.values]).toEqual([...plain!.values]);
    }),
    { seed: 6, numRuns: 120 },
  );
});

it("a comparison reads what was not written down yet, and is a truth value", () => {
  tf.tidy(() => {
    const x = tf.relu(tf.tensor1d([-2, 0.5, 3]));
    const less = tf.less(x, 1);
    expect([less.dtype, ...less.dataSync()]).toEqual(["bool", 1, 1, 0]);
    expect([...tf.cast(less, "float32").dataSync()]).toEqual([1, 1, 0]);
  });
});
