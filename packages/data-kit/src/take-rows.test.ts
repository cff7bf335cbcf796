import { createHash } from "node:crypto";
import { createRandom } from "@benn/core/internals";
import fc from "fast-check";
import { expect, test } from "vitest";
import { takeRows } from "./take-rows.ts";

test("so many rows are taken, each class has its share to within one, and what is not taken is the rest", () => {
  const cases = fc.record({
    labels: fc.uint8Array({ max: 9, minLength: 1, maxLength: 200 }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    seed: fc.integer(),
  });
  fc.assert(
    fc.property(cases, ({ labels, share, seed }) => {
      const rows = Int32Array.from(labels.keys()).filter((row) => row % 3 !== 1);
      const count = Math.round(share * rows.length);
      const { taken, rest } = takeRows(labels, rows, count, { classes: 10, random: createRandom(seed, "rows") });
      expect(taken).toHaveLength(count);
      expect(Int32Array.of(...taken, ...rest).toSorted()).toEqual(rows);
      expect(taken).toEqual(taken.toSorted());
      for (let label = 0; label < 10; label++) {
        const of = (some: Int32Array) => some.filter((row) => labels[row] === label).length;
        const fair = rows.length === 0 ? 0 : (count * of(rows)) / rows.length;
        expect(Math.abs(of(taken) - fair)).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test("the generator decides which", () => {
  const labels = new Uint8Array(100);
  const take = (seed: number) =>
    takeRows(labels, Int32Array.from(labels.keys()), 50, { classes: 1, random: createRandom(seed, "rows") }).taken;
  expect(take(1)).toEqual(take(1));
  expect(take(1)).not.toEqual(take(2));
});

test("a seed takes the rows it always took, of runs made before too", () => {
  const taken = [0, 1, 7].flatMap((seed) => {
    const random = createRandom(seed, "labels");
    const labels = Uint8Array.from({ length: 5000 + seed }, () => random.integer(10));
    const rows = Int32Array.from(labels.keys()).filter((row) => row % 7 !== seed);
    const { taken, rest } = takeRows(labels, rows, 777 + seed, { classes: 10, random: createRandom(seed, "validation") });
    return [taken, rest];
  });
  const hash = createHash("sha256");
  for (const { buffer, byteOffset, byteLength } of taken) hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  expect(hash.digest("hex").slice(0, 32)).toBe("9e8541ea215a3fdae308d684473ac05a");
});
