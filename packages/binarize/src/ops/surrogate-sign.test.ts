import type { KnownSurrogate } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import fc from "fast-check";
import { expect, test } from "vitest";
import { normal } from "../../test/finite-differences.ts";
import { surrogateSign } from "./surrogate-sign.ts";

const clip = fc.double({ min: 0.25, max: 2, noNaN: true });
const number = fc.double({ min: -2, max: 2, noNaN: true });
const surrogates = fc.oneof<fc.Arbitrary<KnownSurrogate>[]>(
  fc.constant({ kind: "hard-tanh" }),
  fc.record({ kind: fc.constant("hard-tanh"), clip }),
  fc.record({
    kind: fc.constant("polynomial"),
    coefficients: fc.oneof(fc.tuple(number), fc.tuple(number, number), fc.tuple(number, number, number)),
    clip,
  }),
  fc.record({ kind: fc.constant("tanh"), steepness: fc.double({ min: 0.1, max: 10, noNaN: true }), scale: clip }),
);
const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });

/** The curve whose derivative a surrogate is. */
function curve(surrogate: KnownSurrogate, x: number): number {
  if (surrogate.kind === "tanh") return (surrogate.scale ?? 1) * Math.tanh(surrogate.steepness * x);
  const [c0, c1 = 0, c2 = 0] = surrogate.kind === "polynomial" ? surrogate.coefficients : [1];
  const size = Math.min(Math.abs(x), surrogate.clip ?? 1);
  return Math.sign(x) * (c0 * size + (c1 * size ** 2) / 2 + (c2 * size ** 3) / 3);
}

test("values are signs, and gradients those of the surrogate's curve by finite differences", () => {
  fc.assert(
    fc.property(surrogates, shapes, fc.integer({ min: 1, max: 99 }), (surrogate, shape, seed) =>
      tf.tidy(() => {
        const [x, weights] = [normal(shape, seed), normal(shape, seed + 100)];
        const { value, grad } = tf.valueAndGrad((x) => tf.sum(tf.mul(surrogateSign(x, surrogate), weights)))(x);
        const [at, by, gradient] = [x, weights, grad].map((tensor) => [...tensor.dataSync()]) as [number[], number[], number[]];
        expect([...surrogateSign(x, surrogate).dataSync()]).toEqual(at.map((value) => (value < 0 ? -1 : 1)));
        expect(value.shape).toEqual([]);
        const h = 1e-5;
        for (const [i, value] of at.entries()) {
          const edge = surrogate.kind === "tanh" ? Infinity : (surrogate.clip ?? 1);
          if (Math.abs(Math.abs(value) - edge) < 1e-4) continue;
          const slope = (curve(surrogate, value + h) - curve(surrogate, value - h)) / (2 * h);
          expect(Math.abs(gradient[i]! - by[i]! * slope)).toBeLessThan(2e-4 * (1 + Math.abs(by[i]! * slope)));
        }
      }),
    ),
    { seed: 5, numRuns: 60 },
  );
});

test("the gradient of 0, which is +1, and of values at the clip and far beyond is finite", () => {
  const x = tf.tensor1d([0, -0, 1, -1, 1e30, -1e30]);
  for (const [surrogate, expected] of [
    [{ kind: "polynomial", coefficients: [2, -2] }, [2, 2, 0, 0, 0, 0]],
    [{ kind: "polynomial", coefficients: [0.5, 1, 1], clip: 1 }, [0.5, 0.5, 0, 0, 0, 0]],
    [{ kind: "tanh", steepness: 2 }, [2, 2, expect.closeTo(0.1413, 4), expect.closeTo(0.1413, 4), 0, 0]],
  ] as const) {
    const gradient = tf.tidy(() => [
      ...tf
        .grad((x) => tf.sum(surrogateSign(x, surrogate)))(x)
        .dataSync(),
    ]);
    expect(gradient.map((value) => value + 0)).toEqual(expected);
  }
  expect([...tf.tidy(() => surrogateSign(x, { kind: "tanh", steepness: 2 }).dataSync())]).toEqual([1, 1, 1, -1, 1, -1]);
  x.dispose();
});
