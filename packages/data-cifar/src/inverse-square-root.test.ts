import { createRandom } from "@benn/core/internals";
import fc from "fast-check";
import { expect, test } from "vitest";
import { inverseSquareRoot } from "./inverse-square-root.ts";
import { rowStart } from "./packed-triangle.ts";

const ignore = () => Promise.resolve();

/** The lower triangle of Σ x·xᵀ / n over n random rows with large and small variance directions. */
function gram(size: number, rank: number, seed: number): Float64Array {
  const random = createRandom(seed, "gram");
  const rows = Array.from({ length: rank }, () => Float64Array.from({ length: size }, (_, i) => 10 ** (1 - (i % 4)) * random.normal()));
  const triangle = new Float64Array(rowStart(size));
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) triangle[rowStart(i) + j] = rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0) / Math.max(1, rank);
  }
  return triangle;
}

test("root · (A + ridge) · root is the identity for any size and rank", async () => {
  const cases = fc.record({
    size: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 7, max: 60 })),
    rank: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constant(80)),
    ridge: fc.constantFrom(1e-3, 0.1, 7),
    seed: fc.integer(),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ size, rank, ridge, seed }) => {
      const a = gram(size, rank, seed);
      const root = await inverseSquareRoot(a, size, ridge, ignore);
      const at = (triangle: Float64Array, i: number, j: number) => triangle[rowStart(Math.max(i, j)) + Math.min(i, j)]!;
      const product = (x: (i: number, j: number) => number, y: (i: number, j: number) => number) => {
        const z = Float64Array.from({ length: size * size }, (_, place) => {
          const [i, j] = [Math.floor(place / size), place % size];
          let sum = 0;
          for (let k = 0; k < size; k++) sum += x(i, k) * y(k, j);
          return sum;
        });
        return (i: number, j: number) => z[i * size + j]!;
      };
      const r = (i: number, j: number) => at(root, i, j);
      const whole = product(
        product(r, (i, j) => at(a, i, j) + (i === j ? ridge : 0)),
        r,
      );
      for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) expect(whole(i, j)).toBeCloseTo(i === j ? 1 : 0, 6);
      expect(rootIsPositive(root, size), "of all roots the positive one").toBe(true);
    }),
    { numRuns: 60 },
  );
});

/** By Cholesky factorization, which computes a root of each pivot. */
function rootIsPositive(triangle: Float64Array, size: number): boolean {
  const l = Float64Array.from(triangle);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let value = l[rowStart(i) + j]!;
      for (let k = 0; k < j; k++) value -= l[rowStart(i) + k]! * l[rowStart(j) + k]!;
      if (i === j && value <= 0) return false;
      l[rowStart(i) + j] = i === j ? Math.sqrt(value) : value / l[rowStart(j) + j]!;
    }
  }
  return true;
}

test("a diagonal matrix gives its own inverse roots, to many digits", async () => {
  const values = [0, 1e-9, 0.5, 3, 4096];
  const triangle = new Float64Array(rowStart(values.length));
  for (const [i, value] of values.entries()) triangle[rowStart(i) + i] = value;
  const root = await inverseSquareRoot(triangle, values.length, 0.1, ignore);
  for (const [i, value] of values.entries()) {
    expect(root[rowStart(i) + i]! * Math.sqrt(value + 0.1)).toBeCloseTo(1, 9);
  }
});

test("a matrix that is nearly tridiagonal loses no digits to cancellation", async () => {
  // With the first two rows and columns exchanged there is no cancellation, and the root is exchanged alike.
  const far = Float64Array.of(3, 1e-6, 2, 1e-6, 1, 4);
  const near = Float64Array.of(2, 1e-6, 3, 1, 1e-6, 4);
  const [a, b] = [await inverseSquareRoot(far, 3, 0.1, ignore), await inverseSquareRoot(near, 3, 0.1, ignore)];
  for (const [i, j] of [0, 1, 2, 3, 4, 5].map((i) => [i, [2, 1, 0, 4, 3, 5][i]!] as const)) expect(a[i]).toBeCloseTo(b[j]!, 12);
});

test("it leaves its argument alone, tells how far it is, and stops where the tick throws", async () => {
  const triangle = gram(40, 60, 3);
  const before = triangle.slice();
  const told: number[] = [];
  await inverseSquareRoot(triangle, 40, 0.1, async (done, total) => {
    told.push(done / total);
    await Promise.resolve();
  });
  expect(triangle).toEqual(before);
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(told.at(-1)).toBe(1);
  await expect(inverseSquareRoot(triangle, 40, 0.1, () => Promise.reject(new Error("enough")))).rejects.toThrow("enough");
});
