import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomValues } from "../../test/random-values.ts";
import { expectClose, run, useBackend } from "../../test/use-backend.ts";

const size = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);

function sum(x: Float32Array, shape: number[], axes: number[]): Float64Array {
  const out = new Float64Array(size(shape.filter((_, i) => !axes.includes(i))));
  for (const [i, value] of x.entries()) {
    let [at, stride, rest] = [0, 1, i];
    for (let k = shape.length - 1; k >= 0; k--) {
      if (!axes.includes(k)) {
        at += (rest % shape[k]!) * stride;
        stride *= shape[k]!;
      }
      rest = Math.floor(rest / shape[k]!);
    }
    out[at]! += value;
  }
  return out;
}

describe("Sum and Mean", () => {
  useBackend();

  it("reduce any axes of any shape", () => {
    const shapes = fc.array(fc.constantFrom(1, 2, 3, 5, 10, 12, 33), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(shapes, fc.nat(15), fc.boolean(), (shape, mask, keepDims) => {
        const axes = shape.flatMap((_, i) => ((mask >> i) & 1 ? [i] : []));
        const x = randomValues(size(shape), "x");
        const expected = sum(x, shape, axes);
        const [total] = run("Sum", { x: [x, shape] }, { axis: axes, keepDims: false });
        expectClose(total!.values, expected);
        expect(total!.shape).toEqual(shape.filter((_, i) => !axes.includes(i)));
        const [mean] = run("Mean", { x: [x, shape] }, { axis: axes, keepDims });
        expectClose(
          mean!.values,
          expected.map((value) => value / size(shape.filter((_, i) => axes.includes(i)))),
        );
      }),
      { seed: 11, numRuns: 200 },
    );
  });

  it.for<[inside: number[], axes: number[]]>([
    [
      [8, 8, 10],
      [1, 2],
    ],
    [
      [7, 5, 33],
      [1, 2],
    ],
    [[300], [1]],
    [[9, 70], [2]],
  ])("give an image of %o the same bytes over the axes %o, alone and among others", ([inside, axes]) => {
    const whole = randomValues(251 * size(inside), "images").map((value) => value * Math.PI); // so that sums are rounded
    const sums = (kernel: string, images: number) =>
      run(kernel, { x: [whole.subarray(0, images * size(inside)), [images, ...inside]] }, { axis: axes, keepDims: false })[0]!.values;
    for (const kernel of ["Sum", "Mean"]) {
      const among = sums(kernel, 251);
      for (const images of [1, 2]) expect(sums(kernel, images)).toEqual(among.slice(0, (images * among.length) / 251));
    }
  });

  it("lose nothing over millions of values, and give the same bytes every time", () => {
    const x = randomValues(3_000_001, "x").map((value) => value + 10);
    const exact = x.reduce((total, value) => total + value, 0);
    const [total] = run("Sum", { x: [x, [x.length]] }, { axis: [0], keepDims: false });
    expectClose(total!.values, [exact], 1e-7);
    expect(run("Sum", { x: [x, [x.length]] }, { axis: [0], keepDims: false })[0]!.values).toEqual(total!.values);
  });
});
