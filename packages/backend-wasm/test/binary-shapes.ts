import fc from "fast-check";
import { randomValues } from "./random-values.ts";

const side = fc.integer({ min: 1, max: 7 });
const kernelSide = fc.integer({ min: 1, max: 5 });
const stride = fc.integer({ min: 1, max: 3 });

/** Binary convolutions of every awkward shape: odd sizes, partial words, strides, padding on some sides, zeros among the inputs. */
export const binaryConvolutions = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    h: side,
    w: side,
    c: fc.constantFrom<number[]>(1, 3, 4, 5, 10, 12, 24, 31, 32, 48, 63, 64, 65, 96, 130),
    f: fc.constantFrom<number[]>(1, 2, 3, 4, 5, 10, 12, 13, 16, 25, 33, 70),
    kh: kernelSide,
    kw: kernelSide,
    strides: fc.tuple(stride, stride),
    pad: fc.oneof(fc.constant([0, 0, 0, 0] as const), fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2))),
    zeros: fc.boolean(),
    relu: fc.constantFrom<number[]>(0, 1),
    scale: fc.constantFrom<number[]>(1, 2),
    biased: fc.boolean(),
  })
  .filter(({ h, w, kh, kw, pad }) => h + pad[0] + pad[1] >= kh && w + pad[2] + pad[3] >= kw);

export type BinaryConvolution = typeof binaryConvolutions extends fc.Arbitrary<infer T> ? T : never;

/** Enough pixels that images are packed together, and more images than one group holds. */
export const manyPixels: BinaryConvolution = {
  batch: 19, h: 8, w: 8, c: 4, f: 16, kh: 3, kw: 3, strides: [1, 1], pad: [1, 1, 1, 1], zeros: false, relu: 1, scale: 1, biased: false,
}; // prettier-ignore

/** Random values for a convolution, and its plain result in double precision from integer sums. */
export function binaryConvolution({ batch, h, w, c, f, kh, kw, strides, pad, zeros, relu, scale, biased }: BinaryConvolution) {
  const x = randomValues(batch * h * w * c, "x").map((value) => (zeros && Math.abs(value) < 0.5 ? 0 : value < 0 ? -1 : 1));
  const magnitudes = randomValues(f, "scale").map((value) => Math.abs(value) + Math.fround(0.1));
  const signs = randomValues(kh * kw * c * f, "kernel").map((value) => (value < 0 ? -1 : 1));
  const kernel = signs.map((sign, i) => sign * magnitudes[i % f]!);
  const bias = biased ? randomValues(f, "bias") : undefined;
  const oh = Math.floor((h + pad[0] + pad[1] - kh) / strides[0]) + 1;
  const ow = Math.floor((w + pad[2] + pad[3] - kw) / strides[1]) + 1;
  /** Calls back for every product, with the indices of the output, the input and the kernel. */
  const eachProduct = (visit: (y: number, x: number, kernel: number) => void): void => {
    for (let p = 0; p < batch * oh * ow; p++) {
      const [q, r, b] = [p % ow, Math.floor(p / ow) % oh, Math.floor(p / ow / oh)];
      for (let tap = 0; tap < kh * kw; tap++) {
        const [row, column] = [r * strides[0] + Math.floor(tap / kw) - pad[0], q * strides[1] + (tap % kw) - pad[2]];
        if (row < 0 || column < 0 || row >= h || column >= w) continue;
        for (let k = 0; k < c; k++) {
          for (let o = 0; o < f; o++) visit(p * f + o, ((b * h + row) * w + column) * c + k, (tap * c + k) * f + o);
        }
      }
    }
  };
  const sums = new Float64Array(batch * oh * ow * f);
  eachProduct((at, input, weight) => (sums[at]! += x[input]! * signs[weight]!));
  const y = Float32Array.from(sums, (sum, i) => {
    const scaled = Math.fround(sum * Math.fround(magnitudes[i % f]! * scale));
    const value = bias ? Math.fround(scaled + bias[i % f]!) : scaled;
    return relu ? Math.max(0, value) : value;
  });
  return {
    x,
    kernel,
    bias,
    y,
    eachProduct,
    shapes: { x: [batch, h, w, c], kernel: [kh, kw, c, f], y: [batch, oh, ow, f] },
    attributes: { strides, pad: [...pad], scale, relu },
  };
}
