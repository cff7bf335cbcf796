import * as tf from "@benn/core/tensorflow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomValues } from "../../test/random-values.ts";
import { run, useBackend } from "../../test/use-backend.ts";

const shapes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });
const sizeOf = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1);

describe("surrogates of a sign's gradient", () => {
  useBackend();

  it("are polynomials of any shape, to the bits of one rounding after the other", () => {
    const coefficient = fc.double({ min: -3, max: 3, noNaN: true }).map(Math.fround);
    const clips = fc.double({ min: 0.125, max: 3, noNaN: true }).map(Math.fround);
    fc.assert(
      fc.property(shapes, fc.tuple(coefficient, coefficient, coefficient), clips, (shape, [c0, c1, c2], clip) => {
        const [x, dy] = [randomValues(sizeOf(shape), "x"), randomValues(sizeOf(shape), "dy")];
        const [outputs] = run("PolynomialSignGrad", { x: [x, shape], dy: [dy, shape] }, { coefficients: [c0, c1, c2], clip });
        const f = Math.fround;
        const expected = x.map((value, i) => {
          const size = Math.abs(value);
          return size < clip ? f(dy[i]! * f(c0 + f(size * f(c1 + f(size * c2))))) : 0;
        });
        expect(outputs?.shape).toEqual(shape);
        expect(outputs?.values).toEqual(expected);
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  it("are slopes of tanh of any steepness, to a few units in the last place, small ones too", () => {
    const positive = fc.double({ min: 0.05, max: 20, noNaN: true });
    fc.assert(
      fc.property(shapes, positive, positive, (shape, steepness, scale) => {
        const [x, dy] = [randomValues(sizeOf(shape), "x"), randomValues(sizeOf(shape), "dy")];
        const [outputs] = run("TanhSignGrad", { x: [x, shape], dy: [dy, shape] }, { steepness, scale });
        for (const [i, value] of x.entries()) {
          const wanted = (dy[i]! * scale * steepness) / Math.cosh(steepness * value) ** 2;
          expect(Math.abs(outputs!.values[i]! - wanted)).toBeLessThanOrEqual(
            1e-37 + (1e-6 + 2e-7 * steepness * Math.abs(value)) * Math.abs(wanted),
          );
        }
      }),
      { seed: 4, numRuns: 60 },
    );
  });

  it("keep NaN, and let nothing of infinity through", () => {
    const given = { x: [[Number.NaN, Infinity, -Infinity, 0], [4]], dy: [[1, 1, 1, Number.NaN], [4]] } as const;
    const [tanh] = run("TanhSignGrad", given, { steepness: 2, scale: 1 });
    expect([...tanh!.values].map((value) => (Math.abs(value) < 1e-30 ? 0 : value))).toEqual([Number.NaN, 0, 0, Number.NaN]);
    const [polynomial] = run("PolynomialSignGrad", given, { coefficients: [2, -2, 0], clip: 1 });
    expect([...polynomial!.values]).toEqual([0, 0, 0, Number.NaN]);
  });

  it("are computed where they are read, to the bits of values that were written down", () => {
    const kernel = (name: string, inputs: Record<string, tf.Tensor>, attributes = {}) =>
      tf.engine().runKernel<tf.Tensor>(name, inputs, attributes);
    const [rows, channels] = [37, 5];
    const [fused, apart] = [false, true].map((stepwise) =>
      tf.tidy(() => {
        const read = (tensor: tf.Tensor): tf.Tensor => {
          if (stepwise) tensor.dataSync();
          return tensor;
        };
        const of = (scale: number) => tf.tensor1d(Array.from({ length: channels }, (_, i) => scale + i / 3));
        const shape: [number, number, number, number] = [rows, 1, 1, channels];
        const [x, dy] = ["x", "dy"].map((purpose) => tf.tensor4d(randomValues(rows * channels, purpose), shape)) as [
          tf.Tensor4D,
          tf.Tensor4D,
        ];
        const z = read(tf.batchNorm(x, of(0.5), of(3), of(0.75), of(2), 0.001));
        const a = read(kernel("PolynomialSignGrad", { x: z, dy }, { coefficients: [2, -2, 0.5], clip: 1.5 }));
        const b = read(kernel("TanhSignGrad", { x: z, dy: a }, { steepness: 1.5, scale: 2 }));
        return tf.add(b, dy).dataSync().slice();
      }),
    );
    expect(fused).toEqual(apart);
  });

  it("of a sign behind a shift of each channel are those of shifted values that were written down, as are its bits", () => {
    const kernel = (name: string, inputs: Record<string, tf.Tensor>, attributes = {}) =>
      tf.engine().runKernel<tf.Tensor>(name, inputs, attributes);
    fc.assert(
      fc.property(fc.constantFrom(1, 3, 8, 20), fc.integer({ min: 1, max: 40 }), (channels, rows) => {
        const [fused, apart] = [false, true].map((stepwise) =>
          tf.tidy(() => {
            const special = [0, -0, Number.NaN, Infinity, -Infinity, 1];
            const values = randomValues(rows * channels, "x").map((value, i) => (i % 3 === 0 ? special[(i / 3) % 6]! : value));
            const shape: [number, number, number, number] = [1, rows, 1, channels];
            const [x, dy] = [tf.tensor4d(values, shape), tf.tensor4d(randomValues(rows * channels, "dy"), shape)];
            const shift = tf.tensor1d(randomValues(channels, "shift").map((value, c) => [0, -0, value][c % 3]!));
            const shifted = tf.sub(x, shift);
            if (stepwise) shifted.dataSync();
            const filters = tf.tensor4d(
              randomValues(2 * channels, "w").map((value) => (value < 0 ? -1 : 1)),
              [1, 1, channels, 2],
            );
            const signs = kernel("BinarySign", { x: shifted });
            const sums = kernel("BinaryConv2D", { x: signs, kernel: filters }, { strides: [1, 1], pad: [0, 0, 0, 0] });
            const slopes = kernel("PolynomialSignGrad", { x: shifted, dy }, { coefficients: [2, -2, 0], clip: 1 });
            const expected = values.map((value, i) => Math.fround(value - shift.dataSync()[i % channels]!));
            return [sums, slopes, shifted]
              .map((tensor) => tensor.dataSync().slice())
              .concat(stepwise ? [expected] : [shifted.dataSync().slice()]);
          }),
        );
        expect(fused).toEqual(apart);
      }),
      { seed: 8, numRuns: 40 },
    );
  });
});
