import { createRandom } from "@benn/core/internals";
import fc from "fast-check";
import { expect, test } from "vitest";
import { SIDE, SIZE } from "./images.ts";
import { type ImageReader, makeSplit } from "./make-split.ts";

/** Value i of row r is r · SIZE + i + 1: every value says where it is from, and none is 0. */
const read: ImageReader = (rows, into) => {
  for (const [place, row] of rows.entries()) for (let i = 0; i < SIZE; i++) into[place * SIZE + i] = row * SIZE + i + 1;
};

test("augmented images are their originals mirrored or not, moved by at most crop, with zeros coming in", () => {
  const cases = fc.record({ flip: fc.boolean(), crop: fc.constantFrom(0, 1, 4, 31), seed: fc.integer() });
  fc.assert(
    fc.property(cases, ({ flip, crop, seed }) => {
      const split = makeSplit(new Uint8Array(9), Int32Array.of(3, 8), { read, flip, crop });
      const images = split.images(Int32Array.of(1, 0, 1), createRandom(seed, "augment")) as Float32Array;
      for (const [place, row] of [8, 3, 8].entries()) {
        const image = images.subarray(place * SIZE, (place + 1) * SIZE);
        // One value that is left tells how the image was moved.
        const seen = image.findIndex((value) => value !== 0);
        const from = image[seen]! - 1 - row * SIZE;
        const [y, x] = [Math.floor(seen / 3 / SIDE), Math.floor(seen / 3) % SIDE];
        const [fromY, fromX] = [Math.floor(from / 3 / SIDE), Math.floor(from / 3) % SIDE];
        const fits = [false, true].filter((mirrored) => {
          const right = x - (mirrored ? SIDE - 1 - fromX : fromX);
          return Math.abs(right) <= crop && image.every((value, i) => value === expected(row, { mirrored, down: y - fromY, right }, i));
        });
        expect(fits).toHaveLength(1);
        expect(flip || !fits[0]).toBe(true);
        expect(Math.abs(y - fromY)).toBeLessThanOrEqual(crop);
      }
    }),
    { numRuns: 100 },
  );
});

function expected(row: number, { mirrored, down, right }: { mirrored: boolean; down: number; right: number }, i: number): number {
  const y = Math.floor(i / 3 / SIDE) - down;
  const moved = (Math.floor(i / 3) % SIDE) - right;
  if (y < 0 || y >= SIDE || moved < 0 || moved >= SIDE) return 0;
  return row * SIZE + (y * SIDE + (mirrored ? SIDE - 1 - moved : moved)) * 3 + (i % 3) + 1;
}

test("half of the images are mirrored, and every shift is met", () => {
  const split = makeSplit(new Uint8Array(1), Int32Array.of(0), { read, flip: true, crop: 1 });
  const images = split.images(new Int32Array(600), createRandom(1, "augment")) as Float32Array;
  const centres = Array.from({ length: 600 }, (_, place) => images[place * SIZE + (16 * SIDE + 16) * 3]!);
  // A mirrored centre comes from columns 14 to 16 and a plain one from 15 to 17: 3 rows × (3 + 3) ways, 4 columns.
  expect(new Set(centres).size).toBe(3 * 4);
  const plain = centres.filter((value) => Math.floor((value - 1) / 3) % SIDE === 17).length;
  const mirrored = centres.filter((value) => Math.floor((value - 1) / 3) % SIDE === 14).length;
  expect(plain).toBeGreaterThan(60); // 100 are to be expected of each
  expect(mirrored).toBeGreaterThan(60);
});

test("without a generator, or with nothing to change, images are as they are", () => {
  const plain = new Float32Array(SIZE);
  read(Int32Array.of(2), plain);
  const split = (flip: boolean, crop: number) => makeSplit(Uint8Array.of(5, 6, 7), Int32Array.of(2), { read, flip, crop });
  expect(split(true, 4).images(Int32Array.of(0))).toEqual(plain);
  expect(split(false, 0).images(Int32Array.of(0), createRandom(1, "augment"))).toEqual(plain);
  expect([...split(true, 4).labels]).toEqual([7]);
});
