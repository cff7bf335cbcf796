import { createRandom } from "@benn/core/internals";
import fc from "fast-check";
import { expect, test } from "vitest";
import { covariance } from "./covariance.ts";
import { rowStart } from "./packed-triangle.ts";

test("the covariance of any number of rows is the plain sum's", async () => {
  const counts = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 60, max: 200 }));
  await fc.assert(
    fc.asyncProperty(counts, fc.integer({ min: 1, max: 7 }), fc.integer(), async (count, panels, seed) => {
      const size = 4 * panels;
      const random = createRandom(seed, "rows");
      const rows = Float32Array.from({ length: count * size }, () => random.normal());
      const told: number[] = [];
      const found = await covariance(
        count,
        size,
        (first, end, into) => into.set(rows.subarray(first * size, end * size)),
        async (done, total) => {
          told.push(done / total);
          await Promise.resolve();
        },
      );
      for (let i = 0; i < size; i++) {
        for (let j = 0; j <= i; j++) {
          let sum = 0;
          for (let row = 0; row < count; row++) sum += rows[row * size + i]! * rows[row * size + j]!;
          expect(found[rowStart(i) + j]).toBeCloseTo(sum / count, 12);
        }
      }
      expect(told.at(-1)).toBe(1);
    }),
    { numRuns: 20 },
  );
});
