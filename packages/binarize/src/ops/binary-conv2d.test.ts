import * as tf from "@benn/core/tensorflow";
import fc from "fast-check";
import { expect, test } from "vitest";
import { expectGradient, normal } from "../../test/finite-differences.ts";
import { binaryConv2d, type BinaryConv2DOptions } from "./binary-conv2d.ts";

/** The formula, term by term. */
function plain(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  bias: readonly number[] | undefined,
  { strides: [sh, sw], pad: [top, bottom, left, right], scale, relu }: BinaryConv2DOptions,
): number[] {
  const [batch, h, w, channels] = x.shape;
  const [kh, kw, , filters] = kernel.shape;
  const [xs, ks] = [x.dataSync(), kernel.dataSync()];
  const y: number[] = [];
  for (let b = 0; b < batch; b++)
    for (let r = -top; r + kh <= h + bottom; r += sh)
      for (let c = -left; c + kw <= w + right; c += sw)
        for (let f = 0; f < filters; f++) {
          let sum = 0;
          for (let i = 0; i < kh; i++)
            for (let j = 0; j < kw; j++)
              for (let k = 0; k < channels; k++) {
                const [row, column] = [r + i, c + j];
                const inside = row >= 0 && row < h && column >= 0 && column < w;
                const value = inside ? (xs[((b * h + row) * w + column) * channels + k] ?? 0) : 0;
                sum += value * ((ks[((i * kw + j) * channels + k) * filters + f] ?? 0) < 0 ? -1 : 1);
              }
          const value = sum * Math.abs(ks[f] ?? 0) * scale + (bias?.[f] ?? 0);
          y.push(relu ? Math.max(0, value) : value);
        }
  return y;
}

const cases = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  side: fc.integer({ min: 3, max: 6 }),
  channels: fc.integer({ min: 1, max: 5 }),
  filters: fc.integer({ min: 1, max: 4 }),
  size: fc.integer({ min: 1, max: 3 }),
  strides: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
  pad: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)),
  scale: fc.constantFrom(1, 2),
  relu: fc.boolean(),
  withBias: fc.boolean(),
  seed: fc.nat(1000),
});

function problem({
  batch,
  side,
  channels,
  filters,
  size,
  seed,
}: {
  batch: number;
  side: number;
  channels: number;
  filters: number;
  size: number;
  seed: number;
}) {
  const x = tf.tidy(() => tf.round(tf.clipByValue(normal([batch, side, side, channels], seed), -1, 1))) as tf.Tensor4D;
  const kernel = tf.tidy<tf.Tensor4D>(() => {
    const signs = tf.add(tf.mul(tf.cast(tf.less(normal([size, size, channels, filters], seed + 1), 0), "float32"), -2), 1);
    return tf.mul(signs, tf.add(0.1, tf.abs(normal([filters], seed + 2))));
  });
  return { x, kernel, bias: normal([filters], seed + 3) as tf.Tensor1D };
}

test("sums, scales, shifts and clips as the formula says, on every shape", () => {
  fc.assert(
    fc.property(cases, (shape) => {
      const { x, kernel, bias } = problem(shape);
      const used = shape.withBias ? bias : undefined;
      const y = binaryConv2d(x, kernel, used, shape);
      const expected = plain(x, kernel, used && [...used.dataSync()], shape);
      const values = y.dataSync();
      expect(values).toHaveLength(expected.length);
      for (const [i, value] of values.entries()) expect(value).toBeCloseTo(expected[i] ?? Number.NaN, 4);
      tf.dispose([x, kernel, bias, y]);
    }),
    { seed: 3, numRuns: 60 },
  );
});

test("the gradients of inputs, kernel and bias are those of a convolution, on every shape", () => {
  fc.assert(
    fc.property(cases, (shape) => {
      const { x, kernel, bias } = problem(shape);
      const before = tf.memory().numTensors;
      tf.tidy(() => {
        const { pad: [top, bottom, left, right], strides, scale, relu } = shape; // prettier-ignore
        const ordinary = (x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor) => {
          const padding = [[0, 0], [top, bottom], [left, right], [0, 0]] as tf.backend_util.ExplicitPadding; // prettier-ignore
          const y = tf.add(tf.mul(tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, strides, padding), scale), bias);
          return relu ? tf.relu(y) : y;
        };
        const own = (x: tf.Tensor, kernel: tf.Tensor, bias: tf.Tensor) =>
          binaryConv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, bias as tf.Tensor1D, shape);
        const weights = normal(own(x, kernel, bias).shape, 5);
        const gradients = (of: typeof own) =>
          tf.grads((...args) => tf.sum(tf.mul(of(...(args as [tf.Tensor, tf.Tensor, tf.Tensor])), weights)))([x, kernel, bias]);
        const stock = gradients(ordinary as typeof own);
        for (const [i, gradient] of gradients(own).entries()) {
          const [values, expected] = [gradient.dataSync(), stock[i]?.dataSync() ?? []];
          for (const [at, value] of values.entries()) expect(value).toBeCloseTo(expected[at] ?? Number.NaN, 3);
        }
      });
      expect(tf.memory().numTensors).toBe(before);
      tf.dispose([x, kernel, bias]);
    }),
    { seed: 4, numRuns: 40 },
  );
});

test("the gradient of the bias agrees with differences", () => {
  const { x, kernel, bias } = problem({ batch: 2, side: 4, channels: 3, filters: 2, size: 3, seed: 8 });
  expectGradient((b) => binaryConv2d(x, kernel, b as tf.Tensor1D, { strides: [1, 1], pad: [1, 1, 1, 1], scale: 1, relu: false }), bias);
  tf.dispose([x, kernel, bias]);
});
