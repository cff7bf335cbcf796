import * as tf from "@benn/core/tensorflow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomValues } from "../test/random-values.ts";
import { expectClose, useBackend } from "../test/use-backend.ts";
import type { WasmBackend } from "./backend.ts";
import { BACKEND_NAME } from "./register.ts";

const kernel = (name: string, inputs: Record<string, tf.Tensor>, attributes: object = {}) =>
  tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(name, inputs, attributes as never);

/** The value of each step of a chain, in plain numbers. */
const steps = {
  relu: { run: (x: tf.Tensor) => tf.relu(x), plain: (x: number) => Math.max(0, x) },
  step: { run: (x: tf.Tensor) => tf.step(x), plain: (x: number) => (x > 0 ? 1 : 0) },
  sign: { run: (x: tf.Tensor) => kernel("BinarySign", { x }) as tf.Tensor, plain: (x: number) => (x < 0 ? -1 : 1) },
  normalize: {
    run: (x: tf.Tensor) => {
      const channels = x.shape.at(-1)!;
      const flat = tf.reshape<tf.Rank.R4>(x, [-1, 1, 1, channels]);
      const of = (value: number) => tf.fill<tf.Rank.R1>([channels], value);
      return tf.reshape(tf.batchNorm(flat, of(0.25), of(3), of(0.5), of(2), 1), x.shape);
    },
    plain: (x: number) => x - 0.25 + 0.5, // √(3 + 1) is the scale
  },
  twice: { run: (x: tf.Tensor) => tf.add(x, x), plain: (x: number) => x + x },
  gate: { run: (x: tf.Tensor) => tf.mul(x, tf.step(x)), plain: (x: number) => Math.max(0, x) },
} as const;
type ChainStep = keyof typeof steps;

describe("formulas", () => {
  useBackend();

  it("are worth what their steps are, however they are chained, and whether or not the middle is read", () => {
    const names = Object.keys(steps) as ChainStep[];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 14 }),
        fc.integer({ min: 1, max: 300 }),
        fc.constantFrom(1, 3, 5, 12, 64, 75, 200),
        fc.nat(14),
        (chain, rows, channels, readAt) => {
          const values = randomValues(rows * channels, "x");
          const [y, middle] = tf.tidy(() => {
            let x: tf.Tensor = tf.tensor2d(values, [rows, channels]);
            let middle: Float32Array | undefined;
            for (const [i, name] of chain.entries()) {
              x = steps[name].run(x);
              if (i === readAt) middle = x.dataSync() as Float32Array;
            }
            return [x.dataSync(), middle];
          });
          const plain = (upTo: number) => values.map((value) => chain.slice(0, upTo).reduce((x, name) => steps[name].plain(x), value));
          expectClose(y, plain(chain.length), 1e-4);
          if (middle) expectClose(middle, plain(readAt + 1), 1e-4);
        },
      ),
      { seed: 3, numRuns: 150 },
    );
  });

  it("outlive the tensors they are made of", () => {
    const y = tf.tidy(() => tf.relu(tf.add(tf.tensor1d([-1, 2, -3]), 1)));
    tf.tidy(() => tf.add(tf.tensor1d([7, 7, 7]), 7).dataSync()); // would reuse the block of the sum if it were free
    expect([...y.dataSync()]).toEqual([0, 3, 0]);
    y.dispose();
  });

  it("never compute a gradient that nobody reads", async () => {
    const parts: string[] = [];
    const backend = tf.findBackend(BACKEND_NAME) as WasmBackend;
    const x = tf.tensor4d(randomValues(2 * 9 * 9 * 3, "x"), [2, 9, 9, 3]);
    const filter = tf.tidy(() => tf.variable(tf.tensor4d(randomValues(3 * 3 * 3 * 5, "w"), [3, 3, 3, 5])));
    backend.profiler = { ran: (part: string) => void parts.push(part), kernel: <T>(_: string, run: () => T) => run() } as never;
    const { value, grads } = tf.variableGrads(
      () => tf.fused.conv2d({ x, filter, strides: 1, pad: "same", activation: "linear" }).square().mean(),
      [filter],
    );
    await value.data();
    backend.profiler = undefined;
    expect(parts.filter((part) => part === "conv2d")).toHaveLength(1); // forward only; the gradient of the images would be a second one
    tf.dispose([value, grads, x, filter]);
  });

  it("keep a binary layer's input as bits alone", () => {
    const backend = tf.findBackend(BACKEND_NAME) as WasmBackend;
    const [batch, side, channels] = [32, 32, 64];
    tf.tidy(() => {
      const x = tf.tensor4d(randomValues(batch * side * side * channels, "x"), [batch, side, side, channels]);
      x.square().dataSync(); // x is in WebAssembly memory now
      const before = backend.tensors.bytesInUse;
      const signs = kernel("BinarySign", { x }) as tf.Tensor;
      const weights = tf.fill([1, 1, channels, 1], 0.5);
      const y = kernel("BinaryConv2D", { x: signs, kernel: weights }, { strides: [1, 1], pad: [0, 0, 0, 0] }) as tf.Tensor;
      expect(y.dataSync()).toHaveLength(batch * side * side);
      const kept = backend.tensors.bytesInUse - before - 4 * batch * side * side;
      expect(kept).toBeLessThan((batch * side * side * channels) / 8 + 2048);
    });
  });
});
