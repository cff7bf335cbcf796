import * as tf from "@benn/core/tensorflow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomValues } from "../../test/random-values.ts";
import { expectClose, run, useBackend } from "../../test/use-backend.ts";

const pools = fc
  .record({
    batch: fc.integer({
      min: 1,
      max: 3,
    }),
    h: fc.integer({
      min: 1,
      max: 9,
    }),
    w: fc.integer({
      min: 1,
      max: 9,
    }),
    c: fc.constantFrom(1, 3, 4, 5, 10, 12, 16, 27, 36),
    filterSize: fc.tuple(
      fc.integer({
        min: 1,
        max: 4,
      }),
      fc.integer({
        min: 1,
        max: 4,
      }),
    ),
    strides: fc.tuple(
      fc.integer({
        min: 1,
        max: 3,
      }),
      fc.integer({
        min: 1,
        max: 3,
      }),
    ),
    pad: fc.oneof(
      fc.constantFrom("same" as const, "valid" as const),
      fc.constant([
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ] as tf.backend_util.ExplicitPadding),
    ),
    coarse: fc.boolean(),
  })
  .filter(({ h, w, filterSize: [kh, kw], pad }) => pad === "same" || (h >= kh && w >= kw && Math.min(kh, kw) > (pad === "valid" ? 0 : 1)));

function reference(shape: [number, number, number, number], g: tf.backend_util.Conv2DInfo, x: Float32Array, dy: Float32Array) {
  const [, h, w, c] = shape;
  const size = g.outShape.reduce((product, n) => product * n, 1);
  const [max, avg] = [new Float64Array(size), new Float64Array(size)];
  const [dMax, dAvg] = [new Float64Array(x.length), new Float64Array(x.length)];
  for (let i = 0; i < size; i++) {
    const [k, q, r] = [i % c, Math.floor(i / c) % g.outWidth, Math.floor(i / c / g.outWidth) % g.outHeight];
    const b = Math.floor(i / c / g.outWidth / g.outHeight);
    const inside: number[] = [];
    for (let u = 0; u < g.filterHeight; u++) {
      for (let v = 0; v < g.filterWidth; v++) {
        const [row, column] = [r * g.strideHeight + u - g.padInfo.top, q * g.strideWidth + v - g.padInfo.left];
        if (row >= 0 && column >= 0 && row < h && column < w) inside.push(((b * h + row) * w + column) * c + k);
      }
    }
    const values = inside.map((at) => x[at]!);
    max[i] = Math.max(...values);
    avg[i] = values.reduce((sum, value) => sum + value, 0) / values.length;
    dMax[inside[values.indexOf(max[i]!)]!]! += dy[i]!;
    for (const at of inside) dAvg[at]! += dy[i]! / (g.filterHeight * g.filterWidth);
  }
  return { max, avg, dMax, dAvg };
}

describe("pooling", () => {
  useBackend();

  it("takes the maximum and the mean inside the image, and the first of equal maxima gets the gradient", () => {
    fc.assert(
      fc.property(pools, ({ batch, h, w, c, filterSize, strides, pad, coarse }) => {
        const shape: [number, number, number, number] = [batch, h, w, c];
        const g = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad);
        // Mostly negative, so that neither padding nor a zero could pass for a maximum.
        const x = randomValues(batch * h * w * c, "x").map((value) => (coarse ? Math.round(value) - 2 : value - 1.5));
        const dy = randomValues(
          g.outShape.reduce((product, n) => product * n, 1),
          "dy",
        );
        const expected = reference(shape, g, x, dy);
        const attributes = { filterSize, strides, pad };
        const [max] = run("MaxPool", { x: [x, shape] }, attributes);
        expect(max!.shape).toEqual(g.outShape);
        expectClose(max!.values, expected.max, 0);
        const [dMax] = run("MaxPoolGrad", { dy: [dy, g.outShape], input: [x, shape], output: [max!.values, g.outShape] }, attributes);
        expectClose(dMax!.values, expected.dMax);
        const [avg] = run("AvgPool", { x: [x, shape] }, attributes);
        expectClose(avg!.values, expected.avg);
        const [dAvg] = run("AvgPoolGrad", { dy: [dy, g.outShape], input: [x, shape] }, attributes);
        expectClose(dAvg!.values, expected.dAvg);
      }),
      { seed: 8, numRuns: 150 },
    );
  });

  it("averages images with zeros around them as if those were there, whether or not they ever are", () => {
    const around = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3));
    fc.assert(
      fc.property(pools, around, fc.boolean(), ({ batch, h, w, c, filterSize, strides, pad }, [top, bottom, left, right], readFirst) => {
        const values = randomValues(batch * h * w * c, "x");
        tf.tidy(() => {
          const padded = (): tf.Tensor4D => tf.pad4d(tf.tensor4d(values, [batch, h, w, c]), [[0, 0], [top, bottom], [left, right], [0, 0]]); // prettier-ignore
          const x = padded();
          if (readFirst) x.dataSync();
          const written = tf.tensor4d(padded().dataSync(), x.shape);
          const pooled = (y: tf.Tensor4D) => tf.avgPool(y, filterSize, strides, pad).dataSync();
          expect(pooled(x)).toEqual(pooled(written));
          expect(x.dataSync()).toEqual(written.dataSync());
        });
      }),
      { seed: 9, numRuns: 150 },
    );
  });

  it("answers with x itself for windows of one pixel that keep the shape, as TensorFlow.js does", () => {
    const x = randomValues(12, "x");
    const attributes = { filterSize: 1, strides: 2, pad: 1, dimRoundingMode: "floor" };
    for (const kernel of ["MaxPool", "AvgPool"]) expect(run(kernel, { x: [x, [1, 2, 2, 3]] }, attributes)[0]!.values).toEqual(x);
  });
});
