// All of ImageNet, as an index: 1,281,167 pictures with invented names and the bytes of a few fixtures.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createAugment, createRandom } from "@benn/core/internals";
import { FolderPictures, NameList, takeRows } from "@benn/data-kit";
import { expect, onTestFinished, test } from "vitest";
import { FOLDERS, SYNSETS } from "../test/sets.ts";
import { openDecoder } from "./decode/open-decoder.ts";
import type { Recipe } from "./decode/recipe.ts";
import { makeSplit } from "./make-split.ts";
import type { Pictures } from "./sources/pictures.ts";
import { IndexBuilder, indexArrays, StoredPictures } from "./sources/stored-pictures.ts";

const PICTURES = 1_281_167;
const CLASSES = 1000;

const bytesEach = (pictures: Pictures): number => pictures.index.reduce((sum, array) => sum + array.byteLength, 0) / pictures.labels.length;
const labelOf = (row: number): number => Math.floor((row * CLASSES) / PICTURES);

test("the index of 1.28 million files takes under 30 bytes each, of pictures in shards or a database 20", () => {
  const names = new NameList();
  const labels = new Int32Array(PICTURES);
  const builder = new IndexBuilder();
  for (let row = 0; row < PICTURES; row++) {
    labels[row] = labelOf(row);
    names.push(`n0${1_440_764 + labelOf(row)}_${(row * 7) % 20_000}.JPEG`);
    builder.push({ label: labelOf(row), offset: row * 200_000, length: 196_640, file: 0 });
  }
  const folders = new FolderPictures(
    "/data/train",
    Array.from({ length: CLASSES }, (_, label) => `n0${1_440_764 + label}`),
    labels,
    names.trim(),
  );
  expect(bytesEach(folders)).toBeLessThan(30);
  expect(folders.name(0)).toBe(join("/data/train/n01440764/n01440764_0.JPEG"));
  expect(folders.name(PICTURES - 1)).toBe(join(`/data/train/n01441763/n01441763_${((PICTURES - 1) * 7) % 20_000}.JPEG`));
  const stored = new StoredPictures(indexArrays(builder.finish()), { paths: ["/data.mdb"], form: "datum", nameOf: () => "" });
  expect(bytesEach(stored)).toBe(20);
  expect(stored.place(PICTURES - 1)).toEqual({ path: "/data.mdb", offset: (PICTURES - 1) * 200_000, length: 196_640, form: "datum" });
});

test("reading on and on through 1.28 million rows, ahead too, takes no more memory than at the start", async () => {
  const path = join(FOLDERS, "train", SYNSETS[0], `${SYNSETS[0]}_0.JPEG`);
  const length = readFileSync(path).length;
  const labels = Int32Array.from({ length: PICTURES }, (_, row) => labelOf(row));
  const pictures: Pictures = { labels, index: [labels], name: String, place: () => ({ path, offset: 0, length, form: "file" }) };
  const recipe: Recipe = {
    size: 64,
    resize: 72,
    fit: "short-side",
    augment: "crop",
    flip: true,
    minArea: 1,
    channels: "rgb",
    mean: new Float32Array(3),
    deviation: Float32Array.of(1, 1, 1),
  };
  const pool = openDecoder(recipe, 1);
  onTestFinished(() => pool.dispose());
  const rows = Int32Array.from({ length: PICTURES }, (_, row) => row);
  const { rest, taken } = takeRows(labels, rows, 50_000, { classes: CLASSES, random: createRandom(0, "validation") });
  expect([taken.length, rest.length]).toEqual([50_000, PICTURES - 50_000]);
  const split = makeSplit(pictures, rest, {
    pool,
    augments: true,
    alternates: true,
    cutout: 8,
    size: 64,
    onBroken: "error",
    onSkip: () => {},
  });

  const batch = (step: number): [Int32Array, ReturnType<typeof createAugment>] => {
    const random = createRandom(step, "rows");
    return [Int32Array.from({ length: 32 }, () => random.integer(rest.length)), createAugment(step, 0, 0, 0)];
  };
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  /** Bytes of live objects. */
  const used = async (): Promise<number> => {
    for (let i = 0; i < 3; i++) {
      await setImmediate();
      collect();
    }
    const { arrayBuffers, heapUsed } = process.memoryUsage();
    return arrayBuffers + heapUsed;
  };
  const run = async (from: number, to: number): Promise<void> => {
    for (let step = from; step < to; step++) {
      const images = split.images(...batch(step));
      split.prefetch?.(...batch(step + 1));
      expect(await images).toHaveLength(32 * 64 * 64 * 3);
    }
  };
  await run(0, 6);
  const before = await used();
  await run(6, 36);
  expect((await used()) - before, "30 batches of 1.6 MB were read").toBeLessThan(4e6);
});
