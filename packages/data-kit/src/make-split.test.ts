import { createAugment, drawCutout } from "@benn/core/internals";
import { MOVE_NUMBERS, mirrorsInTurn } from "@benn/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Augmentation, type ImageReader, makeSplit } from "./make-split.ts";

const SIDE = 32;
const SHAPE = [SIDE, SIDE, 3] as const;
const SIZE = 3 * SIDE ** 2;

/** Value i of row r is r · SIZE + i + 1: every value identifies its position, and none is 0. */
const read: ImageReader = (rows, into) => {
  for (const [place, row] of rows.entries()) for (let i = 0; i < SIZE; i++) into[place * SIZE + i] = row * SIZE + i + 1;
};

const NONE: Augmentation = { flip: false, crop: 0, padding: "zeros", cutout: 0 };

test("augmented images are their originals mirrored, cut out of a padded image, and with a square of zeros, by draws in this order", () => {
  const cases = fc.record({
    flip: fc.constantFrom(false, true, "alternating" as const),
    crop: fc.constantFrom(0, 1, 4, 31),
    padding: fc.constantFrom("zeros" as const, "reflect" as const),
    cutout: fc.constantFrom(0, 1, 8, 17, 64),
    seed: fc.integer(),
    epoch: fc.nat(5),
  });
  fc.assert(
    fc.property(cases, ({ seed, epoch, ...options }) => {
      const { flip, crop, padding, cutout } = options;
      const split = makeSplit(new Uint8Array(9), Int32Array.of(3, 8), { shape: SHAPE, read, ...options });
      const wanted = Int32Array.of(1, 0, 1);
      const images = split.images(wanted, createAugment(seed, 2, epoch, 7)) as Float32Array;
      const augment = createAugment(seed, 2, epoch, 7);
      const expected = Float32Array.from(
        [8, 3, 8].flatMap((row, place) => {
          const coin = flip === true ? augment.random.integer(2) === 1 : false;
          const mirrored = flip === "alternating" ? mirrorsInTurn(wanted[place]!, augment) : coin;
          const [top, left] =
            crop === 0 ? [0, 0] : [2 * crop - augment.random.integer(2 * crop + 1), 2 * crop - augment.random.integer(2 * crop + 1)];
          const cut = cutout === 0 ? undefined : drawCutout(augment.random, cutout, SHAPE);
          const padded = padBy(crop, padding, row, mirrored);
          return Array.from({ length: SIZE }, (_, i) => {
            const [y, x, channel] = [Math.floor(i / 3 / SIDE), Math.floor(i / 3) % SIDE, i % 3];
            if (cut && y >= cut.top && y < cut.bottom && x >= cut.left && x < cut.right) return 0;
            return padded[top + y]![left + x]![channel]!;
          });
        }),
      );
      expect(images).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});

/** The image of a row, possibly mirrored, with a border of this many pixels on each side: rows of pixels of channels. */
function padBy(border: number, padding: Augmentation["padding"], row: number, mirrored: boolean): number[][][] {
  const pixel = (y: number, x: number): number[] =>
    [0, 1, 2].map((channel) => row * SIZE + (y * SIDE + (mirrored ? SIDE - 1 - x : x)) * 3 + channel + 1);
  const pad = <T>(values: readonly T[], zero: T): T[] => {
    const before = padding === "zeros" ? Array<T>(border).fill(zero) : values.slice(1, border + 1).toReversed();
    const after = padding === "zeros" ? before : values.slice(-border - 1, -1).toReversed();
    return [...before, ...values, ...(border === 0 ? [] : after)];
  };
  const sides = Array.from({ length: SIDE }, (_, i) => i);
  const rows = sides.map((y) =>
    pad(
      sides.map((x) => pixel(y, x)),
      [0, 0, 0],
    ),
  );
  return pad(
    rows,
    rows[0]!.map(() => [0, 0, 0]),
  );
}

test("half of the images are mirrored, and every shift is met", () => {
  const split = makeSplit(new Uint8Array(1), Int32Array.of(0), { ...NONE, shape: SHAPE, read, flip: true, crop: 1 });
  const images = split.images(new Int32Array(600), createAugment(1, 0, 0, 0)) as Float32Array;
  const centres = Array.from({ length: 600 }, (_, place) => images[place * SIZE + (16 * SIDE + 16) * 3]!);
  // A mirrored centre comes from columns 14 to 16 and a plain one from 15 to 17: 3 rows × (3 + 3) ways, 4 columns.
  expect(new Set(centres).size).toBe(3 * 4);
  const plain = centres.filter((value) => Math.floor((value - 1) / 3) % SIDE === 17).length;
  const mirrored = centres.filter((value) => Math.floor((value - 1) / 3) % SIDE === 14).length;
  expect(plain).toBeGreaterThan(60); // 100 of each are expected
  expect(mirrored).toBeGreaterThan(60);
});

test("the alternating flip shows each image from the other side in the next epoch, whatever the step and its company", () => {
  const rows = Int32Array.from({ length: 100 }, (_, row) => row);
  const split = makeSplit(new Uint8Array(100), rows, { ...NONE, shape: SHAPE, read, flip: "alternating" });
  const sides = (wanted: Int32Array, member: number, epoch: number, step: number): number[] => {
    const images = split.images(wanted, createAugment(5, member, epoch, step)) as Float32Array;
    return Array.from(wanted, (row, place) => (images[place * SIZE] === row * SIZE + 1 ? 0 : 1));
  };
  const first = sides(rows, 0, 0, 0);
  const mirrored = first.filter((side) => side === 1).length;
  expect(mirrored).toBeGreaterThan(30); // 50 are expected
  expect(mirrored).toBeLessThan(70);
  for (let epoch = 1; epoch < 4; epoch++) expect(sides(rows, 0, epoch, 3)).toEqual(first.map((side) => (side + epoch) % 2));
  expect(sides(rows.toReversed(), 0, 2, 9)).toEqual(first.toReversed());
  expect(sides(rows, 1, 0, 0)).not.toEqual(first);
});

test("every pixel is cut out by about its share of the centres, those at the border less", () => {
  const [count, side] = [6000, 16];
  const split = makeSplit(new Uint8Array(1), Int32Array.of(0), { ...NONE, shape: SHAPE, read, cutout: side });
  const zeros = new Float64Array(SIDE * SIDE);
  const { values } = split.moves!(new Int32Array(count), createAugment(1, 0, 0, 0));
  for (let at = 0; at < values.length; at += MOVE_NUMBERS) {
    const [top = 0, left = 0, bottom = 0, right = 0] = values.subarray(at + 3, at + MOVE_NUMBERS);
    for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) zeros[y * SIDE + x]! += 1 / count;
  }
  // A square extends from 8 pixels before its centre to 7 behind it, so a pixel is cut out by as many centres as are around it in the
  // image.
  const centres = (at: number): number => Math.min(SIDE - 1, at + side / 2) - Math.max(0, at + 1 - side / 2) + 1;
  for (const [pixel, share] of zeros.entries()) {
    const expected = (centres(Math.floor(pixel / SIDE)) * centres(pixel % SIDE)) / SIDE ** 2;
    expect(Math.abs(share - expected), `pixel ${pixel}`).toBeLessThan(0.03); // five standard deviations at a share of 1/4
  }
});

test("without an augment, or with nothing to change, images are as they are", () => {
  const plain = new Float32Array(SIZE);
  read(Int32Array.of(2), plain);
  const split = (own: Partial<Augmentation>) =>
    makeSplit(Uint8Array.of(5, 6, 7), Int32Array.of(2), { ...NONE, shape: SHAPE, read, ...own });
  const all: Augmentation = { flip: true, crop: 4, padding: "reflect", cutout: 8 };
  expect(split(all).images(Int32Array.of(0))).toEqual(plain);
  expect(split({}).images(Int32Array.of(0), createAugment(1, 0, 0, 0))).toEqual(plain);
  expect([...split(all).labels]).toEqual([7]);
});
