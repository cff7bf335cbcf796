import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomValues } from "../../test/random-values.ts";
import { run, useBackend } from "../../test/use-backend.ts";

const shapes = fc
  .record({
    batch: fc.integer({
      min: 1,
      max: 3,
    }),
    h: fc.integer({
      min: 1,
      max: 7,
    }),
    w: fc.integer({
      min: 1,
      max: 7,
    }),
    c: fc.constantFrom(1, 3, 4, 5, 10, 12, 24, 31, 32, 48, 63, 64, 65, 96, 130),
    f: fc.constantFrom(1, 2, 3, 4, 5, 10, 12, 13),
    kh: fc.integer({
      min: 1,
      max: 5,
    }),
    kw: fc.integer({
      min: 1,
      max: 5,
    }),
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
    pad: fc.oneof(fc.constant([0, 0, 0, 0] as const), fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2))),
    zeros: fc.boolean(),
  })
  .filter(({ h, w, kh, kw, pad }) => h + pad[0] + pad[1] >= kh && w + pad[2] + pad[3] >= kw);

describe("BinaryConv2D", () => {
  useBackend();

  it("is the exact integer sum times the filter's magnitude, bit for bit, with zeros from dropout and padding", () => {
    fc.assert(
      fc.property(shapes, ({ batch, h, w, c, f, kh, kw, strides, pad, zeros }) => {
        const x = randomValues(batch * h * w * c, "x").map((value) => (zeros && Math.abs(value) < 0.5 ? 0 : value < 0 ? -1 : 1));
        const scale = randomValues(f, "scale").map((value) => Math.abs(value) + Math.fround(0.1));
        const signs = randomValues(kh * kw * c * f, "kernel").map((value) => (value < 0 ? -1 : 1));
        const kernel = signs.map((sign, i) => sign * scale[i % f]!);
        const oh = Math.floor((h + pad[0] + pad[1] - kh) / strides[0]) + 1;
        const ow = Math.floor((w + pad[2] + pad[3] - kw) / strides[1]) + 1;
        const expected = new Float32Array(batch * oh * ow * f);
        for (let i = 0; i < expected.length; i++) {
          const [o, q, r, b] = [i % f, Math.floor(i / f) % ow, Math.floor(i / f / ow) % oh, Math.floor(i / f / ow / oh)];
          let sum = 0;
          for (let u = 0; u < kh; u++) {
            for (let v = 0; v < kw; v++) {
              const [row, column] = [r * strides[0] + u - pad[0], q * strides[1] + v - pad[2]];
              if (row < 0 || column < 0 || row >= h || column >= w) continue;
              for (let k = 0; k < c; k++) sum += x[((b * h + row) * w + column) * c + k]! * signs[((u * kw + v) * c + k) * f + o]!;
            }
          }
          expected[i] = sum * scale[o]!;
        }
        const inputs = { x: [x, [batch, h, w, c]], kernel: [kernel, [kh, kw, c, f]] } as const;
        const [y] = run("BinaryConv2D", inputs, { strides, pad: [...pad] });
        expect(y!.shape).toEqual([batch, oh, ow, f]);
        expect(y!.values.map((value) => value + 0)).toEqual(expected.map((value) => value + 0)); // −0 is 0
      }),
      { seed: 4, numRuns: 200 },
    );
  });
});
