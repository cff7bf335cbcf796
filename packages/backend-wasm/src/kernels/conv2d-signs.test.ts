import { createRandom } from "@benn/core/internals";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileKernels, instantiateKernels } from "../instance.ts";
import { TensorMemory } from "../tensor-memory.ts";
import { GEOMETRY_BYTES } from "../constants/geometry.ts";
import { writeGeometry } from "../geometry.ts";

/** `erring`: rounding to the kernel's integers has an error of one half with the same sign everywhere. */
const VALUES = ["real", "integers", "zeros", "with specials", "erring inputs", "erring weights"] as const;

/** Powers of two that scale inputs and weights, some so large that sums of products overflow, some so small that they underflow. */
const SCALES: (readonly [number, number])[] = [
  [0, 0],
  [3, -3],
  [30, -45],
  [-45, 30],
  [45, 0],
  [20, 115],
  [115, 20],
  [0, -140],
  [-140, 0],
  [-70, -70],
];

const convolutions = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  h: fc.integer({ min: 1, max: 14 }),
  w: fc.integer({ min: 1, max: 14 }),
  c: fc.constantFrom<number[]>(1, 2, 3, 4, 5, 7, 15),
  f: fc.constantFrom<number[]>(15, 16, 17, 24, 31, 40, 50),
  kh: fc.integer({ min: 1, max: 7 }),
  kw: fc.integer({ min: 1, max: 7 }),
  sh: fc.integer({ min: 1, max: 3 }),
  sw: fc.integer({ min: 1, max: 3 }),
  top: fc.integer({ min: 0, max: 9 }),
  left: fc.integer({ min: 0, max: 9 }),
  scales: fc.oneof(fc.constant(SCALES[0]!), fc.constantFrom(...SCALES)),
  /** The same for biases, beyond the range for products. */
  offset: fc.constantFrom<number[]>(-5, 0, 4, 20),
  values: fc.constantFrom(...VALUES),
  biased: fc.boolean(),
  chunk: fc.constantFrom<number[]>(64, 128, 1000),
  seed: fc.nat(10_000),
});

type Convolution = typeof convolutions extends fc.Arbitrary<infer T> ? T : never;

const SPECIALS = [Number.NaN, Infinity, -Infinity, -0, 1e-45, -1e-40, 3.4e38, -3.4e38];

function neighbour(value: number, steps: number): number {
  if (!Number.isFinite(value)) return value;
  const float = Float32Array.of(value);
  new Int32Array(float.buffer)[0]! += steps;
  return float[0]!;
}

/** Largest integer that inputs are rounded to. */
const largestInput = (k: number): number => Math.floor(65536 / Math.sqrt(k));

function err(x: Float32Array, scale: number, k: number): void {
  for (const [i, value] of x.entries()) x[i] = (scale * (Math.floor(100 * Math.abs(value / scale)) + 0.499)) / largestInput(k);
  x[0] = scale;
}

function errInSum(kernel: Float32Array, scale: number, f: number): void {
  const k = kernel.length / f;
  const sum = (2 ** 30 - 1) / largestInput(k) - k / 2 - 1;
  for (let filter = 0; filter < f; filter++) {
    let rest = sum;
    for (let i = 0; i < k; i++) {
      const w = Math.floor(((0.5 + Math.abs((kernel[i * f + filter]! / scale) % 1)) * sum) / k) + 0.499;
      kernel[i * f + filter] = scale * (i < k - 1 ? w : rest);
      rest -= w;
    }
  }
}

describe.each(["relaxed", "plain"] as const)("signs of a convolution, with %s SIMD", async (simd) => {
  const tensors = new TensorMemory(256, false);
  const wasm = await instantiateKernels((await compileKernels(simd, false)).module, tensors.memory);

  /** Signs by `conv2dSigns` (optionally without the quantized kernel), and by `conv2d` and `packSigns`. */
  function signs(
    { batch, h, w, c, f, kh, kw, sh, sw, top, left, scales, offset, values, biased, chunk, seed }: Convolution,
    readsPacked = true,
  ) {
    const random = createRandom(seed, "signs");
    const [oh, ow] = [Math.floor((h + 2 * top - kh) / sh) + 1, Math.floor((w + 2 * left - kw) / sw) + 1];
    const [total, k] = [batch * oh * ow, kh * kw * c];
    const blocks: number[] = [];
    const allocate = (bytes: number): number => {
      const block = tensors.allocate(bytes + 64);
      // Previous contents must not matter.
      new Uint8Array(tensors.memory.buffer, block, bytes + 64).fill(255);
      blocks.push(block);
      return block;
    };
    const floats = (count: number, value: (i: number) => number): number => {
      const at = allocate(4 * count);
      tensors.floats(at, count).set(Float32Array.from({ length: count }, (_, i) => value(i)));
      return at;
    };
    const draw = (scale: number) => (): number => {
      if (values === "with specials" && random.integer(1000) === 0) return SPECIALS[random.integer(SPECIALS.length)]!;
      if (values === "zeros") return 0;
      return (
        2 ** scale *
        (values === "integers" ? random.integer(7) - 3 : random.uniform() + random.uniform() - random.uniform() - random.uniform())
      );
    };
    try {
      const x = floats(batch * h * w * c, draw(scales[0]));
      const kernel = floats(k * f, draw(scales[1]));
      if (values === "erring inputs") err(tensors.floats(x, batch * h * w * c), 2 ** scales[0], k);
      if (values === "erring weights") errInSum(tensors.floats(kernel, k * f), 2 ** scales[1], f);
      const bias = biased ? floats(f, draw(scales[0] + scales[1] + offset)) : 0;
      const packed = allocate(wasm.convPacked(c, f, kh * kw));
      wasm.packConvKernel(kernel, kh * kw, c, f, 4 * c * f, 4 * f, 4, packed);
      const y = floats(total * f, () => 0);
      const exact = allocate(wasm.convScratch(c, kh * kw));
      const geometry = allocate(GEOMETRY_BYTES);
      const images = { batch, height: h, width: w, channels: c };
      const kernels = { kernelHeight: kh, kernelWidth: kw, filters: f, strideHeight: sh, strideWidth: sw };
      writeGeometry(tensors.memory, geometry, { ...images, ...kernels, outHeight: oh, outWidth: ow, top, left });
      wasm.conv2d(0, total, exact, geometry, x, packed, y, bias, 0);

      // Many thresholds equal an actual value or are next to one: only the exact value determines its sign.
      const length = wasm.patternLength(f);
      const flips = Array.from({ length }, () => random.integer(2));
      const thresholds = floats(2 * length, (i) => {
        if (i >= length) return flips[i - length] ? -0 : 0;
        const value = tensors.floats(y, total * f)[random.integer(total) * f + (i % f)]! * (flips[i] ? -1 : 1);
        const kind = random.integer(10);
        if (kind < 2 || Number.isNaN(value)) return kind ? Infinity : -Infinity;
        if (kind < 4) return 2 ** random.integer(12) * value;
        return kind < 7 ? value : neighbour(value, random.integer(5) - 2);
      });
      const bytes = total * Math.ceil(f / 8);
      const [expected, actual] = [allocate(bytes), allocate(bytes)];
      wasm.packSigns(0, total, 0, y, f, thresholds, length, expected, 0, 0, 0);
      const size = wasm.convQuantized(c, f, kh * kw);
      const quantized = size && allocate(size);
      if (size) wasm.quantizeConvKernel(kernel, k, f, bias, thresholds, length, quantized);
      const some = Math.min(batch, Math.ceil(chunk / (oh * ow)) + 1);
      const scratch = allocate(wasm.convSignsScratch(c, f, kh * kw, some * h * w * c));
      const end = new Uint8Array(tensors.memory.buffer, scratch + wasm.convSignsScratch(c, f, kh * kw, some * h * w * c), 64);
      if (!readsPacked) new Uint8Array(tensors.memory.buffer, packed, wasm.convPacked(c, f, kh * kw)).fill(255);
      for (let from = 0; from < total; from += chunk) {
        const to = Math.min(total, from + chunk);
        wasm.conv2dSigns(from, to, scratch, geometry, x, packed, actual, bias, thresholds, length, quantized);
      }
      // Nothing was written beyond the scratch memory and the signs.
      expect(end.every((byte) => byte === 255)).toBe(true);
      expect(new Uint8Array(tensors.memory.buffer, actual + bytes, 64).every((byte) => byte === 255)).toBe(true);
      return { actual: bitsAt(actual, bytes), expected: bitsAt(expected, bytes) };
    } finally {
      for (const block of blocks) tensors.free(block);
    }
  }

  function bitsAt(address: number, bytes: number): Buffer {
    return Buffer.from(new Uint8Array(tensors.memory.buffer, address, bytes).slice());
  }

  it("are those of its values to the bit, for any shape and scale, also where values are at a threshold or none", () => {
    const possible = convolutions.filter(({ h, w, kh, kw, top, left }) => h + 2 * top >= kh && w + 2 * left >= kw);
    fc.assert(
      fc.property(possible, (convolution) => {
        const { actual, expected } = signs(convolution);
        expect(actual).toEqual(expected);
      }),
      { seed: 11, numRuns: 2500 },
    );
  });

  it("hardly ever need the values of a whole tile", () => {
    const image = { batch: 3, h: 14, w: 14, c: 3, f: 24, kh: 5, kw: 5, sh: 1, sw: 1, top: 2, left: 2, chunk: 128 };
    const usual: Convolution = { ...image, scales: [0, 0], offset: 0, values: "real", biased: true, seed: 1 };
    const { actual, expected } = signs(usual, false);
    expect(actual).toEqual(expected);
    // All of these are at their thresholds.
    const zeros: Convolution = { ...usual, values: "zeros", biased: false };
    expect(signs(zeros, false).actual).not.toEqual(signs(zeros).actual);
  });
});
