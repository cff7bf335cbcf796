import { createRandom } from "@benn/core/internals";
import fc from "fast-check";
import { expect, test } from "vitest";
import { rowStart } from "./packed-triangle.ts";
import { loadWhiteningKernels } from "./whitening-kernels.ts";

const shape = fc.record({
  rows: fc.integer({ min: 0, max: 4 }).map((n) => 4 * n),
  columns: fc.integer({ min: 0, max: 4 }).map((n) => 8 * n),
  steps: fc.integer({ min: 0, max: 33 }),
  transposed: fc.boolean(),
  seed: fc.integer(),
});

test("a product has the very bytes of a loop with Math.fround, whichever way its left side lies", async () => {
  await fc.assert(
    fc.asyncProperty(shape, async ({ rows, columns, steps, transposed, seed }) => {
      const random = createRandom(seed, "product");
      const left = Float32Array.from({ length: rows * steps }, () => random.normal());
      const right = Float32Array.from({ length: steps * columns }, () => random.normal());
      const c = left.length + right.length;
      const cRow = columns + 3;
      const kernels = await loadWhiteningKernels(4 * (c + rows * cRow));
      const floats = new Float32Array(kernels.memory);
      const [aRow, aStep] = transposed ? [1, rows] : [steps, 1];
      for (let row = 0; row < rows; row++) {
        for (let step = 0; step < steps; step++) floats[row * aRow + step * aStep] = left[row * steps + step]!;
      }
      for (let step = 0; step < steps; step++) {
        for (let column = 0; column < columns; column++) {
          floats[left.length + ((column >> 3) * steps + step) * 8 + (column & 7)] = right[step * columns + column]!;
        }
      }
      kernels.multiply(0, 4 * aRow, 4 * aStep, 4 * left.length, 4 * c, 4 * cRow, rows, columns, steps);
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          let sum = 0;
          for (let step = 0; step < steps; step++) {
            sum = Math.fround(sum + Math.fround(left[row * steps + step]! * right[step * columns + column]!));
          }
          expect(floats[c + row * cRow + column]).toBe(sum);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test("reflections from both sides and of one row are what the formulas say", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 13 }), fc.integer({ min: 0, max: 5 }), fc.integer(), async (size, more, seed) => {
      const random = createRandom(seed, "reflection");
      const whole = size + more; // the matrix extends beyond the part that is reflected
      const bytes = 8 * (rowStart(whole) + 2 * size);
      const kernels = await loadWhiteningKernels(bytes);
      const values = new Float64Array(kernels.memory, 0, bytes / 8);
      for (let i = 0; i < rowStart(whole) + size; i++) values[i] = random.normal();
      const before = values.slice(0, rowStart(whole));
      const v = values.slice(rowStart(whole), rowStart(whole) + size);
      const scale = random.uniform();
      const m = (i: number, j: number) => before[rowStart(Math.max(i, j)) + Math.min(i, j)]!;
      const h = (i: number, j: number) => (i === j ? 1 : 0) - scale * v[i]! * v[j]!;
      const sum = (term: (k: number) => number) => Array.from({ length: size }, (_, k) => term(k)).reduce((a, b) => a + b, 0);

      kernels.reflect(0, 8 * rowStart(whole), 8 * (rowStart(whole) + size), size, scale);
      for (let i = 0; i < size; i++) {
        for (let j = 0; j <= i; j++)
          expect(values[rowStart(i) + j]).toBeCloseTo(
            sum((k) => h(i, k) * sum((l) => m(k, l) * h(l, j))),
            9,
          );
      }
      expect(values.slice(rowStart(size), rowStart(whole)), "rows beyond").toEqual(before.slice(rowStart(size)));

      if (more === 0) return;
      kernels.reflectRow(8 * rowStart(size), 8 * rowStart(whole), size, scale);
      for (let j = 0; j < size; j++)
        expect(values[rowStart(size) + j]).toBeCloseTo(
          sum((k) => m(size, k) * h(k, j)),
          9,
        );
      expect(values[rowStart(size) + size], "the value beyond").toBe(m(size, size));
    }),
    { numRuns: 60 },
  );
});
