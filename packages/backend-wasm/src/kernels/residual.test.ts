import * as tf from "@benn/core/tensorflow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binaryConvolution, binaryConvolutions, manyPixels } from "../../test/binary-shapes.ts";
import { randomValues } from "../../test/random-values.ts";
import { useBackend } from "../../test/use-backend.ts";
import type { Gradients } from "../backend.ts";
import { registerWasmBackend } from "../register.ts";

type Tensors = Record<string, tf.Tensor>;

const kernel = (name: string, inputs: Tensors, attributes: object = {}): tf.Tensor[] =>
  [tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(name, inputs, { ...attributes })].flat();
const one = (name: string, inputs: Tensors, attributes: object = {}): tf.Tensor => kernel(name, inputs, attributes)[0]!;

describe("around a residual layer", () => {
  useBackend();

  it.each<Gradients>(["exact", "int16"])(
    "what a sign passes on of %s gradients is added where they are made, to the bytes of adding it afterwards",
    async (gradients) => {
      await registerWasmBackend({ gradients });
      fc.assert(
        fc.property(binaryConvolutions, fc.boolean(), (given, isFirst) => {
          const { kernel: weights, y, shapes, attributes } = binaryConvolution({ ...given, zeros: false });
          const before = randomValues(given.batch * given.h * given.w * given.c, "x").map((value, i) => [1, -1, Number.NaN, value][i % 4]!);
          const sumWith = (writtenDown: boolean): Float32Array => {
            const x = tf.tensor(before, shapes.x);
            const inputs = {
              dy: tf.tensor(randomValues(y.length, "dy"), shapes.y),
              x: one("BinarySign", { x }),
              kernel: tf.tensor(weights, shapes.kernel),
            };
            const dSign = kernel("BinaryConv2DGrad", inputs, { ...attributes, relu: 0, seed: 3 })[0]!;
            if (writtenDown) dSign.dataSync();
            const passed = one("BinarySignGrad", { x, dy: dSign });
            const around = tf.tensor(randomValues(before.length, "around"), shapes.x);
            const sum = isFirst ? tf.add(around, passed) : tf.add(passed, around);
            return sum.dataSync() as Float32Array;
          };
          expect(tf.tidy(() => sumWith(false))).toEqual(tf.tidy(() => sumWith(true)));
        }),
        { seed: 12, numRuns: 100, examples: [[manyPixels, true]] },
      );
      await registerWasmBackend();
    },
  );

  it("signs of a sum come of the pass that writes it down, and are those of the sum", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 90 }), fc.constantFrom(1, 3, 8, 12, 16, 64, 70), fc.boolean(), (pixels, c, normed) => {
        const outputs = (writtenDown: boolean): Float32Array[] => {
          const shape: [number, number, number, number] = [1, pixels, 1, c];
          const [normal] = kernel("BatchNorm", { x: tf.tensor(randomValues(pixels * c, "y"), shape) }, { epsilon: 1e-4 });
          const sum = tf.add(tf.tensor(randomValues(pixels * c, "x"), shape), normal!);
          if (writtenDown) sum.dataSync();
          const behind = normed ? kernel("BatchNorm", { x: sum.clone() }, { epsilon: 1e-4 })[0]! : sum;
          const signs = one("BinarySign", { x: behind });
          const filters = tf.tensor(
            randomValues(5 * c, "w").map((value) => (value < 0 ? -1 : 1)),
            [1, 1, c, 5],
          );
          const y = one("BinaryConv2D", { x: signs, kernel: filters }, { strides: [1, 1], pad: [0, 0, 0, 0] });
          return [y.dataSync() as Float32Array, sum.dataSync() as Float32Array];
        };
        expect(tf.tidy(() => outputs(false))).toEqual(tf.tidy(() => outputs(true)));
      }),
      { seed: 13, numRuns: 100 },
    );
  });
});
