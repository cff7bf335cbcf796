import { keepsElement } from "@benn/core/internals";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomValues } from "../../test/random-values.ts";
import { expectClose, run, useBackend } from "../../test/use-backend.ts";

const unary: Record<string, (x: number) => number> = {
  Relu: (x) => Math.max(0, x),
  Step: (x) => (Number.isNaN(x) ? Number.NaN : x > 0 ? 1 : 0),
  Neg: (x) => -x,
  Sqrt: Math.sqrt,
  Rsqrt: (x) => 1 / Math.sqrt(x),
  Square: (x) => x * x,
  Abs: Math.abs,
  BinarySign: (x) => (x < 0 ? -1 : 1),
};

const binary: Record<string, (a: number, b: number) => number> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Multiply: (a, b) => a * b,
  RealDiv: (a, b) => a / b,
  Maximum: Math.max,
  Minimum: Math.min,
};

const axis = fc.constantFrom(1, 2, 3, 4, 5, 7, 10, 12, 17);
/** Two shapes that broadcast: any axis of either may be 1, and the second may lack leading ones. */
const pairs = fc
  .array(fc.record({ n: axis, in: fc.constantFrom("both", "both", "first", "second") }), { minLength: 1, maxLength: 4 })
  .chain((axes) =>
    fc.record({
      a: fc.constant(axes.map(({ n, in: where }) => (where === "second" ? 1 : n))),
      b: fc.constant(axes.map(({ n, in: where }) => (where === "first" ? 1 : n))),
      drop: fc.nat(axes.length - 1),
    }),
  )
  .map(({ a, b, drop }) => ({ a, b: b.slice(b.slice(0, drop).every((n) => n === 1) ? drop : 0) }));

const size = (shape: number[]) => shape.reduce((product, n) => product * n, 1);

function broadcast(a: number[], b: number[]): { shape: number[]; index: (i: number, shape: number[]) => number } {
  const rank = Math.max(a.length, b.length);
  const full = (shape: number[]) => [...Array<number>(rank - shape.length).fill(1), ...shape];
  const shape = full(a).map((n, i) => (n === 1 ? full(b)[i]! : n));
  return {
    shape,
    index(i, of) {
      let [at, stride, rest] = [0, 1, i];
      for (let k = rank - 1; k >= 0; k--) {
        const n = full(of)[k]!;
        at += (n === 1 ? 0 : rest % shape[k]!) * stride;
        stride *= n;
        rest = Math.floor(rest / shape[k]!);
      }
      return at;
    },
  };
}

describe("elementwise kernels", () => {
  useBackend();

  it.each(Object.entries(unary))("%s maps every value, the special ones too", (kernel, reference) => {
    fc.assert(
      fc.property(fc.array(fc.float(), { minLength: 1, maxLength: 70 }), (values) => {
        const x = Float32Array.from([...values, 0, -0, Infinity, -Infinity, 1, -1]);
        const [y] = run(kernel, { x: [x, [x.length]] });
        expectClose(
          y!.values.map((value) => value + 0),
          x.map(reference).map((value) => value + 0),
          1e-6,
        );
      }),
      { seed: 9, numRuns: 50 },
    );
  });

  it("keeps NaN where the arithmetic does", () => {
    for (const kernel of ["Relu", "Step", "Neg", "Sqrt", "Square", "Abs"]) {
      expect(run(kernel, { x: [[Number.NaN, 1], [2]] })[0]!.values[0]).toBeNaN();
    }
    expect(run("Maximum", { a: [[Number.NaN], [1]], b: [[1], [1]] })[0]!.values[0]).toBeNaN();
  });

  it("leaves a leaky step to the CPU backend", () => {
    expectClose(run("Step", { x: [[-1, 0, 2], [3]] }, { alpha: 0.5 })[0]!.values, [0.5, 0.5, 1]);
  });

  it("clips to a range", () => {
    const x = randomValues(77, "x");
    const [y] = run("ClipByValue", { x: [x, [7, 11]] }, { clipValueMin: -1, clipValueMax: 0.5 });
    expect(y!.values).toEqual(x.map((value) => Math.min(0.5, Math.max(-1, value))));
  });

  it.each(Object.entries(binary))("%s works on shapes that broadcast, from either side", (kernel, reference) => {
    fc.assert(
      fc.property(pairs, fc.boolean(), ({ a, b }, swap) => {
        const [left, right] = swap ? [b, a] : [a, b];
        const [x, y] = [randomValues(size(left), "a"), randomValues(size(right), "b").map((value) => value || 1)];
        const { shape, index } = broadcast(left, right);
        const expected = Float32Array.from({ length: size(shape) }, (_, i) => reference(x[index(i, left)]!, y[index(i, right)]!));
        const [z] = run(kernel, { a: [x, left], b: [y, right] });
        expect(z!.shape).toEqual(shape);
        expect(z!.values).toEqual(expected);
      }),
      { seed: 10, numRuns: 150 },
    );
  });

  it("DropoutMask keeps the elements that keepsElement names", () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0, max: 0.999, noNaN: true }), fc.integer({ min: 1, max: 600 }), (seed, rate, n) => {
        const x = randomValues(n, "x").map((value) => value || 1);
        const [y] = run("DropoutMask", { x: [x, [n]] }, { seed, rate });
        expect(y!.values).toEqual(x.map((value, i) => (keepsElement(seed, i, rate) ? value : 0)));
      }),
      { seed: 12, numRuns: 50 },
    );
  });

  it("BinarySignGrad passes the gradient strictly between −1 and 1", () => {
    const x = Float32Array.from([-2, -1, -0.999, -0, 0, 0.5, 1, 1.001, Number.NaN, ...randomValues(30, "x")]);
    const dy = randomValues(x.length, "dy").map((value) => value || 1);
    const [dx] = run("BinarySignGrad", { x: [x, [x.length]], dy: [dy, [x.length]] });
    expect(dx!.values).toEqual(dy.map((value, i) => (x[i]! > -1 && x[i]! < 1 ? value : 0)));
  });
});
