import { createRandom } from "@benn/core/internals";
import fc from "fast-check";
import { expect, test } from "vitest";
import { takeRows } from "./take-rows.ts";

test("each row is taken or left, as many as asked for, of each class its share, the same for the same generator", () => {
  const set = fc.record({ classes: fc.integer({ min: 1, max: 9 }), seed: fc.nat(), size: fc.integer({ min: 1, max: 300 }) });
  fc.assert(
    fc.property(set, fc.double({ min: 0, max: 1, noNaN: true }), ({ classes, seed, size }, share) => {
      const random = createRandom(seed, "set");
      const labels = Int32Array.from({ length: size }, () => random.integer(classes));
      const rows = Int32Array.from(labels.keys()).filter(() => random.integer(4) > 0);
      const count = Math.floor(share * rows.length);
      const take = () => takeRows(labels, rows, count, { classes, random: createRandom(seed, "take") });
      const { taken, rest } = take();
      expect(taken).toHaveLength(count);
      expect(Int32Array.from([...taken, ...rest]).toSorted()).toEqual(rows);
      expect([taken.toSorted(), rest.toSorted()]).toEqual([taken, rest]);
      for (let label = 0; label < classes; label++) {
        const own = (of: Int32Array): number => of.filter((row) => labels[row] === label).length;
        expect(Math.abs(own(taken) - (own(rows) * count) / Math.max(1, rows.length))).toBeLessThanOrEqual(1);
      }
      expect(take().taken).toEqual(taken);
    }),
  );
});
