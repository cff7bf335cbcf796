import * as tf from "@benn/core/tensorflow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomValues } from "../../test/random-values.ts";
import { expectClose, run, useBackend } from "../../test/use-backend.ts";

interface Conv {
  x: [batch: number, h: number, w: number, c: number];
  kernel: [kh: number, kw: number, c: number, f: number];
  strides: [number, number];
  pad: "same" | "valid" | [[0, 0], [number, number], [number, number], [0, 0]];
}

const channels = fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 10, 12, 13, 16, 24);
const small = fc.integer({ min: 0, max: 3 });
const convolutions = fc
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
    c: channels,
    f: channels,
    kh: fc.integer({
      min: 1,
      max: 5,
    }),
    kw: fc.integer({
      min: 1,
      max: 5,
    }),
    sh: fc.integer({
      min: 1,
      max: 3,
    }),
    sw: fc.integer({
      min: 1,
      max: 3,
    }),
    pad: fc.oneof(fc.constantFrom("same" as const, "valid" as const), fc.tuple(small, small, small, small)),
  })
  .map(({ batch, h, w, c, f, kh, kw, sh, sw, pad }): Conv => ({
    x: [batch, h, w, c],
    kernel: [kh, kw, c, f],
    strides: [sh, sw],
    pad:
      typeof pad === "string"
        ? pad
        : [
            [0, 0],
            [pad[0], pad[1]],
            [pad[2], pad[3]],
            [0, 0],
          ],
  }))
  .filter(({ x, kernel, strides, pad }) => {
    const { outHeight, outWidth } = tf.backend_util.computeConv2DInfo(x, kernel, strides, 1, pad);
    return outHeight > 0 && outWidth > 0;
  });

/** The convolution and both gradients by their definition, in double precision. */
function reference({ x: [batch, h, w, c], kernel: [kh, kw, , f], strides: [sh, sw], pad }: Conv, x: Float32Array, kernel: Float32Array) {
  const g = tf.backend_util.computeConv2DInfo([batch, h, w, c], [kh, kw, c, f], [sh, sw], 1, pad);
  const y = new Float64Array(batch * g.outHeight * g.outWidth * f);
  const dy = randomValues(y.length, "dy");
  const dx = new Float64Array(x.length);
  const dw = new Float64Array(kernel.length);
  for (let b = 0; b < batch; b++) {
    for (let oh = 0; oh < g.outHeight; oh++) {
      for (let ow = 0; ow < g.outWidth; ow++) {
        for (let u = 0; u < kh; u++) {
          for (let v = 0; v < kw; v++) {
            const [row, column] = [oh * sh + u - g.padInfo.top, ow * sw + v - g.padInfo.left];
            if (row < 0 || column < 0 || row >= h || column >= w) continue;
            for (let i = 0; i < c; i++) {
              for (let o = 0; o < f; o++) {
                const at = { x: ((b * h + row) * w + column) * c + i, w: ((u * kw + v) * c + i) * f + o };
                const out = ((b * g.outHeight + oh) * g.outWidth + ow) * f + o;
                y[out]! += x[at.x]! * kernel[at.w]!;
                dx[at.x]! += dy[out]! * kernel[at.w]!;
                dw[at.w]! += dy[out]! * x[at.x]!;
              }
            }
          }
        }
      }
    }
  }
  return { y, dy, dx, dw, outShape: g.outShape };
}

function check(conv: Conv): void {
  const size = (shape: number[]) => shape.reduce((product, n) => product * n, 1);
  const [x, kernel] = [randomValues(size(conv.x), "x"), randomValues(size(conv.kernel), "kernel")];
  const expected = reference(conv, x, kernel);
  const attributes = { strides: conv.strides, pad: conv.pad, dataFormat: "NHWC", dilations: [1, 1] };
  const [y] = run("Conv2D", { x: [x, conv.x], filter: [kernel, conv.kernel] }, attributes);
  expect(y!.shape).toEqual(expected.outShape);
  expectClose(y!.values, expected.y);
  const dy = [expected.dy, expected.outShape] as const;
  const [dx] = run("Conv2DBackpropInput", { dy, filter: [kernel, conv.kernel] }, { ...attributes, inputShape: conv.x });
  expectClose(dx!.values, expected.dx);
  const [dw] = run("Conv2DBackpropFilter", { x: [x, conv.x], dy }, { ...attributes, filterShape: conv.kernel });
  expectClose(dw!.values, expected.dw);
}

describe("convolution", () => {
  useBackend();

  it("and both its gradients are the sums they are defined as, for any size, stride and padding", () => {
    fc.assert(fc.property(convolutions, check), { seed: 3, numRuns: 150 });
  });

  it("is right where a kernel or an image is longer than one block", () => {
    check({ x: [2, 17, 15, 100], kernel: [5, 5, 100, 14], strides: [1, 1], pad: "same" });
    check({ x: [1, 3, 3, 500], kernel: [2, 1, 500, 9], strides: [1, 1], pad: "valid" });
    check({ x: [5, 16, 16, 3], kernel: [5, 5, 3, 24], strides: [2, 2], pad: "same" });
  });

  it("adds the bias and applies the activation where they are fused", () => {
    const [x, filter, bias] = [
      [randomValues(2 * 5 * 5 * 3, "x"), [2, 5, 5, 3]],
      [randomValues(3 * 3 * 3 * 10, "kernel"), [3, 3, 3, 10]],
      [randomValues(10, "bias"), [10]],
    ] as const;
    for (const activation of ["linear", "relu", "elu", "sigmoid", "relu6"]) {
      const attributes = { strides: [1, 1], pad: "same", dataFormat: "NHWC", dilations: [1, 1], activation };
      const inputs = { x, filter, bias };
      expectClose(run("FusedConv2D", inputs, attributes)[0]!.values, run("FusedConv2D", inputs, attributes, "cpu")[0]!.values);
    }
  });

  it("leaves a dilated one to the CPU backend", () => {
    const inputs = { x: [randomValues(98, "x"), [1, 7, 7, 2]], filter: [randomValues(54, "kernel"), [3, 3, 2, 3]] } as const;
    const attributes = { strides: [1, 1], pad: "same", dataFormat: "NHWC", dilations: [2, 2] };
    expectClose(run("Conv2D", inputs, attributes)[0]!.values, run("Conv2D", inputs, attributes, "cpu")[0]!.values);
  });

  it("takes the part of dy that the convolution would have made where there is more, as conv2dTranspose may ask", () => {
    const inputs = { dy: [randomValues(8 * 8 * 5, "dy"), [1, 8, 8, 5]], filter: [randomValues(3 * 3 * 4 * 5, "w"), [3, 3, 4, 5]] } as const;
    const attributes = { inputShape: [1, 4, 4, 4], strides: [1, 1], pad: "same", dataFormat: "NHWC", dilations: [1, 1] };
    const [own] = run("Conv2DBackpropInput", inputs, attributes);
    expectClose(own!.values, run("Conv2DBackpropInput", inputs, attributes, "cpu")[0]!.values);
  });
});
