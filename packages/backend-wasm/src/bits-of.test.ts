import * as tf from "@benn/core/tensorflow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomValues } from "../test/random-values.ts";
import { useBackend } from "../test/use-backend.ts";

const PIXELS = 40;

/** Batch norm with its coefficients, one of each per channel. */
interface Norm {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly scale: Float32Array;
  readonly offset: Float32Array;
}

function randomNorm(channels: number, name: string): Norm {
  const of = (what: string) => randomValues(channels, `${name} ${what}`);
  return {
    mean: of("mean"),
    variance: of("variance").map((value) => value * value),
    scale: of("scale").map((value, i) => (i % 5 === 4 ? 0 : value)), // decreasing and constant channels too
    offset: of("offset"),
  };
}

describe("bits of signs", () => {
  useBackend();

  it("are those of the batch norms and ReLUs computed in full, also where a value is within a few roundings of a sign's zero", () => {
    const chains = fc.array(fc.constantFrom("norm", "relu"), { maxLength: 5 });
    fc.assert(
      fc.property(chains, fc.constantFrom(1, 3, 8, 12, 16, 20, 100, 192), fc.nat(1000), fc.boolean(), (chain, c, seed, dropped) => {
        const norms = chain.map((_, i) => randomNorm(c, `${seed} ${i}`));
        const first = norms[chain.indexOf("norm")];
        const x = randomValues(PIXELS * c, `${seed} x`).map((value, i) => {
          const k = i % c;
          if (!first || i % 3 === 0) return [0, -0, value, 1e18 * value, 1e-40 * value][i % 5]!;
          const root = first.mean[k]! - (first.offset[k]! * Math.sqrt(first.variance[k]! + 1e-4)) / (first.scale[k]! || 1);
          return Math.fround(root) * (1 + ((i % 17) - 8) * 2 ** -23);
        });
        const signs = (): tf.Tensor4D => {
          let y: tf.Tensor4D = tf.tensor4d(x, [1, PIXELS, 1, c]);
          for (const [i, step] of chain.entries()) {
            const { mean, variance, scale, offset } = norms[i]!;
            y =
              step === "relu"
                ? tf.relu(y)
                : tf.batchNorm4d(y, tf.tensor1d(mean), tf.tensor1d(variance), tf.tensor1d(offset), tf.tensor1d(scale), 1e-4);
          }
          const sign = tf.engine().runKernel<tf.Tensor4D>("BinarySign", { x: y });
          return dropped ? tf.engine().runKernel<tf.Tensor4D>("DropoutMask", { x: sign }, { rate: 0.5, seed }) : sign;
        };
        const kernel = randomValues(c * 16, "kernel").map((value) => (value < 0 ? -1 : 1));
        const convolved = (y: tf.Tensor) =>
          tf
            .engine()
            .runKernel<tf.Tensor>(
              "BinaryConv2D",
              { x: y, kernel: tf.tensor4d(kernel, [1, 1, c, 16]) },
              { strides: [1, 1], pad: [0, 0, 0, 0] },
            )
            .dataSync();
        tf.tidy(() => {
          expect(convolved(signs())).toEqual(convolved(tf.tensor4d(signs().dataSync(), [1, PIXELS, 1, c])));
        });
      }),
      { seed: 8, numRuns: 300 },
    );
  });

  it("come from a convolution that is never written down, as from one that is, and leave it to be read", () => {
    const shapes = fc.record({
      batch: fc.integer({ min: 1, max: 3 }),
      side: fc.integer({ min: 3, max: 12 }),
      c: fc.constantFrom(1, 3, 17),
      f: fc.constantFrom(1, 4, 10, 24, 65),
      k: fc.constantFrom(1, 3, 5),
      strides: fc.integer({ min: 1, max: 2 }),
      biased: fc.boolean(),
    });
    fc.assert(
      fc.property(shapes, ({ batch, side, c, f, k, strides, biased }) => {
        const { mean, variance, scale, offset } = randomNorm(f, "norm");
        const weights = randomValues(f * 16, "kernel").map((value) => (value < 0 ? -1 : 1));
        tf.tidy(() => {
          const x = tf.tensor4d(randomValues(batch * side * side * c, "x"), [batch, side, side, c]);
          const filter = tf.tensor4d(randomValues(k * k * c * f, "filter"), [k, k, c, f]);
          const convolved = (): tf.Tensor4D =>
            biased
              ? tf.fused.conv2d({ x, filter, strides, pad: "same", bias: tf.tensor1d(offset) })
              : tf.conv2d(x, filter, strides, "same");
          const behind = (y: tf.Tensor4D): ArrayLike<number> => {
            const normal = tf.batchNorm4d(y, tf.tensor1d(mean), tf.tensor1d(variance), tf.tensor1d(offset), tf.tensor1d(scale), 1e-4);
            const signs = tf.engine().runKernel<tf.Tensor4D>("BinarySign", { x: normal });
            const kernel = tf.tensor4d(weights, [1, 1, f, 16]);
            return tf
              .engine()
              .runKernel<tf.Tensor>("BinaryConv2D", { x: signs, kernel }, { strides: [1, 1], pad: [0, 0, 0, 0] })
              .dataSync();
          };
          const unread = convolved();
          const written = convolved();
          written.dataSync();
          expect(behind(unread)).toEqual(behind(written));
          const flat = (y: tf.Tensor4D): ArrayLike<number> => {
            const x = tf.engine().runKernel<tf.Tensor>("BinarySign", { x: tf.reshape(y, [batch, 1, 1, -1]) });
            const n = x.shape[3]!;
            const kernel = tf.tensor4d(
              randomValues(n, "flat").map((value) => (value < 0 ? -1 : 1)),
              [1, 1, n, 1],
            );
            return tf
              .engine()
              .runKernel<tf.Tensor>("BinaryConv2D", { x, kernel }, { strides: [1, 1], pad: [0, 0, 0, 0] })
              .dataSync();
          };
          expect(flat(unread)).toEqual(flat(written));
          expect(unread.dataSync()).toEqual(written.dataSync());
          expect(convolved().dataSync()).toEqual(written.dataSync());
        });
      }),
      { seed: 9, numRuns: 100 },
    );
  });
});
