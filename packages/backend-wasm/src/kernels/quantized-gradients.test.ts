import { elementBits } from "@benn/core/internals";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { type BinaryConvolution, binaryConvolution, binaryConvolutions, manyPixels } from "../../test/binary-shapes.ts";
import { randomValues } from "../../test/random-values.ts";
import { expectClose, run, useBackend } from "../../test/use-backend.ts";
import { registerWasmBackend } from "../register.ts";

/** 12 random bits for element number `i` of a dy of `filters` filters: one word serves two of eight filters. */
function bitsOf(seed: number, i: number, filters: number): number {
  const filter = i % filters;
  const row = Math.floor(i / filters) * Math.ceil(filters / 8) + (filter >> 3);
  const word = elementBits(seed, 4 * row + (filter & 3));
  return filter & 4 ? word >>> 20 : word & 0xfff;
}

/** Values as integers, with a scale per lane, and the value of one unit of each lane. */
function quantize(values: Float32Array, laneOf: (i: number) => number, bitsAt: (i: number) => number) {
  const most = new Map<number, number>();
  for (const [i, value] of values.entries()) most.set(laneOf(i), Math.max(most.get(laneOf(i)) ?? 0, Math.abs(value)));
  const integers = values.map((value, i) => {
    const largest = most.get(laneOf(i))!;
    const inverse = largest < Math.fround(1e-30) ? 0 : Math.fround((1023 * 4096) / largest);
    const places = Math.fround(Math.fround(value * inverse) + 12_582_912) - 12_582_912; // to the nearest, as floats are rounded
    return (places + bitsAt(i)) >> 12;
  });
  return { integers, unit: (lane: number) => Math.fround((most.get(lane) ?? 0) / 1023) };
}

/** A layer and its values. */
const problemOf = (given: BinaryConvolution) => ({ ...given, ...binaryConvolution(given) });
type Problem = ReturnType<typeof problemOf>;

/** The gradients of a binary convolution from a quantized dy, in plain integers. */
function reference({ x, kernel, y, eachProduct, f, batch, scale, relu }: Problem, dy: Float32Array, seed: number) {
  const passed = dy.map((value, i) => (relu && y[i] === 0 ? 0 : value));
  const image = (i: number) => Math.floor(i / (y.length / batch));
  const factor = (filter: number) => Math.fround(Math.abs(kernel[filter]!) * scale);
  const bitsAt = (i: number) => bitsOf(seed, i, f);
  const forKernel = quantize(passed, (i) => i % f, bitsAt);
  const weighed = passed.map((value, i) => value * factor(i % f));
  const forInput = quantize(weighed, image, bitsAt);
  const [dx, dKernel, dBias] = [new Float64Array(x.length), new Float64Array(kernel.length), new Float64Array(f)];
  eachProduct((at, input, weight) => {
    dx[input]! += forInput.integers[at]! * Math.sign(kernel[weight]!);
    dKernel[weight]! += forKernel.integers[at]! * x[input]!;
  });
  for (const [i, value] of passed.entries()) dBias[i % f]! += value;
  return {
    dx: Float32Array.from(dx, (sum, i) => Math.fround(sum) * forInput.unit(Math.floor(i / (x.length / batch)))),
    dKernel: Float32Array.from(dKernel, (sum, i) => Math.fround(sum) * Math.fround(forKernel.unit(i % f) * scale)),
    dBias,
  };
}

function gradients({ x, kernel, y, relu, shapes, attributes }: Problem, dy: Float32Array, seed: number) {
  const inputs = { dy: [dy, shapes.y], x: [x, shapes.x], kernel: [kernel, shapes.kernel] } as const;
  const [dx, dKernel, dBias] = run("BinaryConv2DGrad", relu ? { ...inputs, y: [y, shapes.y] } : inputs, { ...attributes, seed });
  return { dx: dx!.values, dKernel: dKernel!.values, dBias: dBias!.values };
}

const plus = (values: Float32Array) => values.map((value) => value + 0); // −0 is 0

function expectReference(problem: Problem, dy: Float32Array, seed: number): void {
  const expected = reference(problem, dy, seed);
  const actual = gradients(problem, dy, seed);
  expect(plus(actual.dKernel)).toEqual(plus(expected.dKernel));
  expect(plus(actual.dx)).toEqual(plus(expected.dx));
  expectClose(actual.dBias, expected.dBias, 1e-5);
}

const shape: BinaryConvolution = {
  batch: 3, h: 5, w: 6, c: 20, f: 13, kh: 3, kw: 3, strides: [1, 1], pad: [1, 1, 1, 1], zeros: false, relu: 0, scale: 1, biased: false,
}; // prettier-ignore
const layer = problemOf(shape);

describe("BinaryConv2DGrad with gradients of 16 bits", () => {
  useBackend();
  beforeEach(() => registerWasmBackend({ gradients: "int16" }));

  it("is the exact integer sum of the rounded dy, scaled, on every shape", () => {
    fc.assert(
      fc.property(binaryConvolutions, fc.integer(), (given, seed) => {
        const problem = problemOf(given);
        expectReference(problem, randomValues(problem.y.length, "dy"), seed);
      }),
      { seed: 8, numRuns: 200, examples: [[manyPixels, 6]] },
    );
  });

  it("does not overflow where every product is positive and as large as the largest", () => {
    for (const zeros of [false, true]) {
      const problem = problemOf({ ...shape, batch: 37, f: 40, c: 5, zeros });
      const aligned = { ...problem, x: problem.x.map(Math.abs), kernel: problem.kernel.map(Math.abs) };
      expectReference(aligned, new Float32Array(problem.y.length).fill(3), 1);
      expectReference(aligned, problem.y.map((_, i) => -1 - (i % 3)), 2); // prettier-ignore
    }
  });

  it("rounds without bias: over many seeds the mean comes to the exact gradient", async () => {
    const dy = randomValues(layer.y.length, "dy").map((value) => value ** 9);
    await registerWasmBackend();
    const exact = gradients(layer, dy, 0);
    await registerWasmBackend({ gradients: "int16" });
    const draws = Array.from({ length: 400 }, (_, seed) => gradients(layer, dy, seed * 7919));
    for (const name of ["dx", "dKernel"] as const) {
      let [worst, apart] = [0, 0];
      for (const [i, value] of exact[name].entries()) {
        const errors = draws.map((draw) => draw[name][i]! - value);
        const mean = errors.reduce((sum, error) => sum + error) / errors.length;
        const deviation = Math.sqrt(errors.reduce((sum, error) => sum + (error - mean) ** 2, 0) / (errors.length - 1));
        worst = Math.max(worst, Math.abs(mean) / (deviation / Math.sqrt(errors.length)));
        if (deviation > 0) apart++;
      }
      expect(apart).toBe(exact[name].length);
      expect(worst).toBeLessThan(5); // of several thousand means, in standard errors
    }
  });

  it("draws anew with every seed, and the same with the same", () => {
    const dy = randomValues(layer.y.length, "dy");
    expect(gradients(layer, dy, 5)).toEqual(gradients(layer, dy, 5));
    expect(gradients(layer, dy, 5).dKernel).not.toEqual(gradients(layer, dy, 6).dKernel);
  });

  it("comes to the same bytes with and without fused multiply-add", async () => {
    const problem = problemOf({ ...shape, batch: 37, f: 40, zeros: true, relu: 1 });
    const dy = randomValues(problem.y.length, "dy");
    await registerWasmBackend({ gradients: "int16", simd: "plain" });
    const plain = gradients(problem, dy, 4);
    await registerWasmBackend({ gradients: "int16", simd: "relaxed" });
    expect(gradients(problem, dy, 4)).toEqual(plain);
  });

  it("is nothing where dy is nothing, or nearly, in one filter or one image", () => {
    const { y, f } = layer;
    const dy = randomValues(y.length, "dy").map((value, i) => (i % f === 4 ? value * 1e-33 : i < y.length / 3 ? 0 : value));
    expectReference(layer, dy, 3);
    const { dx, dKernel } = gradients(layer, dy, 3);
    expect(dx.subarray(0, dx.length / 3).every((value) => value === 0)).toBe(true);
    expect(dKernel.every((value, i) => i % f !== 4 || value === 0)).toBe(true);
  });

  it("tells of a dy that is no number", () => {
    const dy = randomValues(layer.y.length, "dy");
    for (const [at, value] of [
      [0, Number.NaN],
      [7, Infinity],
    ] as const) {
      // prettier-ignore
      const broken = gradients(layer, dy.with(at, value), 1);
      expect(Number.isFinite(broken.dKernel[at])).toBe(false);
      expect(Number.isFinite(broken.dx[0])).toBe(false);
    }
  });
});
