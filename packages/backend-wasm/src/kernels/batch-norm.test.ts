import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomValues } from "../../test/random-values.ts";
import { expectClose, run, useBackend } from "../../test/use-backend.ts";

const epsilon = 1e-4;
const shapes = fc.record({
  rows: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 200, max: 400 })),
  c: fc.constantFrom(1, 2, 3, 4, 5, 10, 12, 16, 24, 48, 63, 64, 65, 75, 100),
  shift: fc.constantFrom(0, 0.5, -300, 4096),
});

function moments(x: Float32Array, rows: number, c: number) {
  const column = (k: number) => Array.from({ length: rows }, (_, r) => x[r * c + k]!);
  const mean = Array.from({ length: c }, (_, k) => column(k).reduce((sum, value) => sum + value, 0) / rows);
  const variance = mean.map((m, k) => column(k).reduce((sum, value) => sum + (value - m) ** 2, 0) / rows);
  return { mean, variance };
}

/** Σ dy·batchNorm(x), the function whose gradient the kernel computes, in double precision. */
function loss(x: Float64Array, dy: Float32Array, rows: number, c: number, scale: ArrayLike<number>, offset: ArrayLike<number>): number {
  let total = 0;
  for (let k = 0; k < c; k++) {
    let [sum, squares] = [0, 0];
    for (let r = 0; r < rows; r++) sum += x[r * c + k]!;
    for (let r = 0; r < rows; r++) squares += (x[r * c + k]! - sum / rows) ** 2;
    const inverse = 1 / Math.sqrt(squares / rows + epsilon);
    for (let r = 0; r < rows; r++) total += dy[r * c + k]! * ((x[r * c + k]! - sum / rows) * inverse * scale[k]! + offset[k]!);
  }
  return total;
}

describe("batch norm", () => {
  useBackend();

  it("finds mean and biased variance of every channel, however far the mean is from 0", () => {
    fc.assert(
      fc.property(shapes, ({ rows, c, shift }) => {
        const x = randomValues(rows * c, "x").map((value) => value + shift);
        const [, mean, variance] = run("BatchNorm", { x: [x, [rows, c]] }, { epsilon });
        const expected = moments(x, rows, c);
        expectClose(mean!.values, expected.mean, 1e-6);
        expectClose(variance!.values, expected.variance, 1e-6);
      }),
      { seed: 5, numRuns: 80 },
    );
  });

  it("keeps its precision over a million rows", () => {
    const [rows, c] = [1 << 20, 3];
    const x = randomValues(rows * c, "x").map((value) => value + 100);
    const [, mean, variance] = run("BatchNorm", { x: [x, [rows, c]] }, { epsilon });
    const expected = moments(x, rows, c);
    expectClose(mean!.values, expected.mean, 1e-7);
    expectClose(variance!.values, expected.variance, 1e-6);
  });

  it("normalises a batch by its own mean and variance, with scale and offset or without either", () => {
    fc.assert(
      fc.property(shapes, fc.boolean(), fc.boolean(), ({ rows, c }, scaled, shifted) => {
        const x = randomValues(rows * c, "x");
        const { mean, variance } = moments(x, rows, c);
        const scale = scaled ? randomValues(c, "scale") : undefined;
        const offset = shifted ? randomValues(c, "offset") : undefined;
        const inputs = { x: [x, [rows, c]], scale: scale && ([scale, [c]] as const), offset: offset && ([offset, [c]] as const) } as const;
        const [y] = run("BatchNorm", inputs, { epsilon });
        const expected = x.map((value, i) => {
          const k = i % c;
          return ((value - mean[k]!) * (scale?.[k] ?? 1)) / Math.sqrt(variance[k]! + epsilon) + (offset?.[k] ?? 0);
        });
        expectClose(y!.values, expected, 1e-4);
      }),
      { seed: 8, numRuns: 60 },
    );
  });

  it("normalises by given mean and variance, with scale and offset or without either", () => {
    fc.assert(
      fc.property(shapes, fc.boolean(), fc.boolean(), ({ rows, c }, scaled, shifted) => {
        const x = randomValues(rows * c, "x");
        const { mean, variance } = { mean: randomValues(c, "mean"), variance: randomValues(c, "variance").map((value) => value ** 2) };
        const scale = scaled ? randomValues(c, "scale") : undefined;
        const offset = shifted ? randomValues(c, "offset") : undefined;
        const per = (values: Float32Array | undefined) => (values ? ([values, [c]] as const) : undefined);
        const inputs = {
          x: [x, [rows, 1, 1, c]] as const,
          mean: per(mean),
          variance: per(variance),
          scale: per(scale),
          offset: per(offset),
        };
        const [y] = run("FusedBatchNorm", inputs, { varianceEpsilon: epsilon });
        const expected = x.map(
          (value, i) => ((value - mean[i % c]!) * (scale?.[i % c] ?? 1)) / Math.sqrt(variance[i % c]! + epsilon) + (offset?.[i % c] ?? 0),
        );
        expectClose(y!.values, expected, 1e-4);
      }),
      { seed: 6, numRuns: 60 },
    );
  });

  it("has the gradient that finite differences have", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 30 }), fc.constantFrom(1, 3, 5, 12, 70), fc.boolean(), (rows, c, scaled) => {
        const [x, dy] = [randomValues(rows * c, "x"), randomValues(rows * c, "dy")];
        const scale = scaled ? randomValues(c, "scale") : undefined;
        const ones = new Float32Array(c).fill(1);
        const { mean, variance } = moments(x, rows, c);
        const inputs = {
          x: [x, [rows, c]] as const,
          dy: [dy, [rows, c]] as const,
          mean: [mean, [c]] as const,
          variance: [variance, [c]] as const,
          scale: scale && ([scale, [c]] as const),
        };
        const [dx, dScale, dOffset] = run("BatchNormGrad", inputs, { epsilon });
        const at = (values: Float64Array, s: ArrayLike<number>, o: ArrayLike<number>) => loss(values, dy, rows, c, s, o);
        const step = 1e-4;
        const nudged = (values: ArrayLike<number>, i: number, by: number) => {
          const copy = Float64Array.from(values);
          copy[i]! += by;
          return copy;
        };
        for (const i of [0, 1, rows * c - 1]) {
          const slope = (at(nudged(x, i, step), scale ?? ones, ones) - at(nudged(x, i, -step), scale ?? ones, ones)) / (2 * step);
          // A channel of nearly equal values is too strongly curved for a finite difference.
          if (variance[i % c]! > 0.01) expectClose([dx!.values[i]!], [slope], 2e-3);
        }
        const exact = Float64Array.from(x);
        const slopes = (which: "scale" | "offset") =>
          Array.from({ length: c }, (_, k) => {
            const given = (by: number) => nudged(scale ?? ones, k, by);
            if (which === "scale") return (at(exact, given(step), ones) - at(exact, given(-step), ones)) / (2 * step);
            return (at(exact, ones, nudged(ones, k, step)) - at(exact, ones, nudged(ones, k, -step))) / (2 * step);
          });
        expectClose(dScale!.values, slopes("scale"), 1e-4);
        expectClose(dOffset!.values, slopes("offset"), 1e-4);
      }),
      { seed: 7, numRuns: 40 },
    );
  });

  it("lets no gradient through that moves every row alike", () => {
    const [rows, c] = [300, 10];
    const { mean, variance } = moments(randomValues(rows * c, "x"), rows, c);
    const inputs = { x: [randomValues(rows * c, "x"), [rows, c]], dy: [new Float32Array(rows * c).fill(1), [rows, c]] } as const;
    const [dx, , dOffset] = run(
      "BatchNormGrad",
      { x: [inputs.x[0], [rows, c]], dy: [inputs.dy[0], [rows, c]], mean: [mean, [c]], variance: [variance, [c]] },
      { epsilon },
    );
    expectClose(dx!.values, new Float32Array(rows * c), 1e-6);
    expect(dOffset!.values).toEqual(new Float32Array(c).fill(rows));
  });
});

describe("MovingAverages", () => {
  useBackend();

  it("keeps a share of each average and takes one of its value, rounded step by step", () => {
    const sizes = [37, 5, 1];
    const averages = sizes.map((size) => randomValues(size, "average"));
    const values = sizes.map((size) => randomValues(size, "value"));
    const factors = [1, 1.25, 0.5];
    const inputs = Object.fromEntries(
      sizes.flatMap((size, i) => [[`average${i}`, [averages[i]!, [size]]] as const, [`value${i}`, [values[i]!, [size]]] as const]),
    );
    const results = run("MovingAverages", inputs, { momentum: 0.9, factors });
    const expected = factors.map((factor, i) =>
      averages[i]!.map(
        (average, j) => Math.fround(average * Math.fround(0.9)) + Math.fround(values[i]![j]! * Math.fround(factor * (1 - 0.9))),
      ),
    );
    expect(results.map((result) => result.values)).toEqual(expected);
  });
});
