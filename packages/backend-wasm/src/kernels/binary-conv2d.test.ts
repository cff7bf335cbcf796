import * as tf from "@benn/core/tensorflow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { binaryConvolution, binaryConvolutions, manyPixels } from "../../test/binary-shapes.ts";
import { randomValues } from "../../test/random-values.ts";
import { expectClose, run, useBackend } from "../../test/use-backend.ts";

describe("BinaryConv2D", () => {
  useBackend();

  it("is the exact integer sum, scaled, biased and rectified, bit for bit, with zeros from dropout and padding", () => {
    fc.assert(
      fc.property(binaryConvolutions, (given) => {
        const { x, kernel, bias, y: expected, shapes, attributes } = binaryConvolution(given);
        const inputs = { x: [x, shapes.x], kernel: [kernel, shapes.kernel], bias: bias && ([bias, [given.f]] as const) } as const;
        const [y] = run("BinaryConv2D", inputs, attributes);
        expect(y!.shape).toEqual(shapes.y);
        expect(y!.values.map((value) => value + 0)).toEqual(expected.map((value) => value + 0)); // −0 is 0
      }),
      { seed: 4, numRuns: 200 },
    );
  });

  it("does not overflow where a filter has more weights than 16 bits count", () => {
    const c = 140_000;
    const x = randomValues(c, "x").map((value, i) => (i < 70_000 || value < 0 ? -1 : 1));
    const kernel = new Float32Array(5 * c).map((_, i) => [1, -1, i < 350_000 ? 1 : -1, i % 2 ? 1 : -1, 0.5][i % 5]!);
    const sums = new Float32Array(5);
    for (const [i, weight] of kernel.entries()) sums[i % 5]! += x[Math.floor(i / 5)]! * weight;
    const attributes = { strides: [1, 1], pad: [0, 0, 0, 0] };
    const [y] = run("BinaryConv2D", { x: [x, [1, 1, 1, c]], kernel: [kernel, [1, 1, c, 5]] }, attributes);
    expect([...y!.values]).toEqual([...sums]);
  });
});

describe("BinaryConv2DGrad", () => {
  useBackend();

  it("sends dy back through the kernel, to the kernel and to the bias, past what the ReLU let through", () => {
    fc.assert(
      fc.property(binaryConvolutions, (given) => {
        const { x, kernel, y, eachProduct, shapes, attributes } = binaryConvolution(given);
        const dy = randomValues(y.length, "dy");
        const passed = dy.map((value, i) => (given.relu && y[i] === 0 ? 0 : value));
        const [dx, dKernel, dBias] = [new Float64Array(x.length), new Float64Array(kernel.length), new Float64Array(given.f)];
        eachProduct((at, input, weight) => {
          dx[input]! += passed[at]! * kernel[weight]! * given.scale;
          dKernel[weight]! += passed[at]! * x[input]! * given.scale;
        });
        for (const [i, value] of passed.entries()) dBias[i % given.f]! += value;
        const inputs = { dy: [dy, shapes.y], x: [x, shapes.x], kernel: [kernel, shapes.kernel] } as const;
        const grads = run("BinaryConv2DGrad", given.relu ? { ...inputs, y: [y, shapes.y] } : inputs, attributes);
        expect(grads.map(({ shape }) => shape)).toEqual([shapes.x, shapes.kernel, [given.f]]);
        expectClose(grads[0]!.values, dx, 1e-4);
        expectClose(grads[1]!.values, dKernel, 1e-4);
        expectClose(grads[2]!.values, dBias, 1e-5);
      }),
      { seed: 5, numRuns: 150, examples: [[manyPixels]] },
    );
  });

  it("has no gradient of a bias in front of a batch norm, which moves nothing", () => {
    const { kernel, y, x, shapes, attributes } = binaryConvolution({ ...manyPixels, relu: 0 });
    tf.tidy(() => {
      const statistics = { mean: tf.zeros([16]), variance: tf.ones([16]) };
      const dy = tf.tensor(randomValues(y.length, "dy"), shapes.y);
      const [centred] = tf
        .engine()
        .runKernel<tf.Tensor[]>("BatchNormGrad", { x: tf.tensor(y, shapes.y), dy, ...statistics }, { epsilon: 1 });
      const inputs = { dy: centred!, x: tf.tensor(x, shapes.x), kernel: tf.tensor(kernel, shapes.kernel) };
      const [, , dBias] = tf.engine().runKernel<tf.Tensor[]>("BinaryConv2DGrad", inputs, attributes);
      expect([...dBias!.dataSync()]).toEqual(Array.from({ length: 16 }, () => 0));
    });
  });

  it("has the gradient of the kernel and the bias that finite differences have", () => {
    fc.assert(
      fc.property(binaryConvolutions, fc.nat(), (given, pick) => {
        const plain = { ...given, relu: 0 as const };
        const { x, kernel, bias, y, shapes, attributes } = binaryConvolution(plain);
        const dy = randomValues(y.length, "dy");
        // A filter's magnitude is the only thing in which a kernel may change; the slope is the sum of the kernel's gradient along its
        // signs.
        const filter = pick % given.f;
        const loss = (step: number) => {
          const moved = kernel.map((value, i) => (i % given.f === filter ? value + Math.sign(value) * step : value));
          const inputs = { x: [x, shapes.x], kernel: [moved, shapes.kernel], bias: bias && ([bias, [given.f]] as const) } as const;
          return run("BinaryConv2D", inputs, attributes)[0]!.values.reduce((sum, value, i) => sum + value * dy[i]!, 0);
        };
        const inputs = { dy: [dy, shapes.y], x: [x, shapes.x], kernel: [kernel, shapes.kernel] } as const;
        const dKernel = run("BinaryConv2DGrad", inputs, attributes)[1]!.values;
        const slope = dKernel.reduce((sum, value, i) => sum + (i % given.f === filter ? value * Math.sign(kernel[i]!) : 0), 0);
        expect(Math.abs((loss(1 / 16) - loss(-1 / 16)) * 8 - slope)).toBeLessThan(1e-3 * (10 + Math.abs(slope)));
      }),
      { seed: 6, numRuns: 40 },
    );
  });
});
