import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomValues } from "../../test/random-values.ts";
import { expectClose, run, useBackend } from "../../test/use-backend.ts";

const shapes = fc.tuple(
  fc.integer({ min: 1, max: 3 }),
  fc.integer({ min: 1, max: 3 }),
  fc.constantFrom(1, 2, 3, 16, 65),
  fc.constantFrom(1, 2, 3, 4, 5, 12, 63),
);
const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n);

/** A kernel with weights beyond ±1 and zeros, and its filters' mean magnitudes. */
function latent(shape: readonly number[]) {
  const w = randomValues(sizeOf(shape), "w");
  const f = shape.at(-1)!;
  const a = Array.from({ length: f }, (_, j) => w.reduce((sum, value, i) => sum + (i % f === j ? Math.abs(value) : 0), 0) / (w.length / f));
  return { w, f, a, rows: w.length / f };
}
const sign = (value: number): number => (value < 0 ? -1 : 1);

describe("latent kernels", () => {
  useBackend();

  it("become their signs times each filter's mean magnitude", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { w, f, a } = latent(shape);
        const [y] = run("BinaryKernel", { w: [w, shape] });
        expect(y!.shape).toEqual(shape);
        expect(y!.values).toEqual(w.map((value, i) => sign(value) * a[i % f]!));
      }),
      { seed: 1, numRuns: 80 },
    );
  });

  it("get their share of the gradient through the sign, within ±1, and through the magnitude", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { w, f, a, rows } = latent(shape);
        const factor = rows * (shape[2] > 1 ? 1 - 1 / shape[2] : 1);
        const binary = w.map((value, i) => sign(value) * a[i % f]!);
        const dy = randomValues(w.length, "dy");
        const slopes = a.map((_, j) => dy.reduce((sum, g, i) => sum + (i % f === j ? g * sign(w[i]!) : 0), 0) / rows);
        const expected = Float64Array.from(w, (value, i) => {
          const through = Math.abs(value) <= 1 ? a[i % f]! * dy[i]! : 0;
          return (through + sign(value) * slopes[i % f]!) * factor;
        });
        const [dw] = run("BinaryKernelGrad", { w: [w, shape], binary: [binary, shape], dy: [dy, shape] });
        expectClose(dw!.values, expected, 1e-5);
      }),
      { seed: 2, numRuns: 80 },
    );
  });

  it("are centred over the input channels, where there are two or more, and clipped", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { w, f } = latent(shape);
        const c = shape[2];
        const mean = (i: number): number => {
          const first = i - (i % (c * f)) + (i % f);
          return c > 1 ? Array.from({ length: c }, (_, k) => w[first + k * f]!).reduce((sum, value) => sum + value) / c : 0;
        };
        const [y] = run("CentreAndClip", { w: [w, shape] });
        expectClose(y!.values, w.map((value, i) => Math.min(1, Math.max(-1, value - mean(i)))), 1e-6); // prettier-ignore
      }),
      { seed: 3, numRuns: 80 },
    );
  });
});
