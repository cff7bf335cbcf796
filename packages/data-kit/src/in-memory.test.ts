import { type Dataset, UserError } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { testDataset } from "@benn/core/testing";
import { expect, test } from "vitest";
import { augmentationOf } from "./augment-options.ts";
import { type InMemory, loadInMemory } from "./in-memory.ts";
import { randomBytes } from "./testing/random-bytes.ts";

const [count, shape] = [40, [6, 5, 2]] as const;
const size = shape[0] * shape[1] * shape[2];
const images = { labels: Uint8Array.from({ length: count }, (_, row) => row % 3), pixels: randomBytes(count * size, 1) };
/** Every fourth row is for testing; both parts share their arrays. */
const rows = Int32Array.from({ length: count }, (_, row) => row);
const [train, tested] = [rows.filter((row) => row % 4 > 0), rows.filter((row) => row % 4 === 0)];

const set = (more: Partial<InMemory> = {}): InMemory => ({
  dataset: "toy",
  shape,
  labels: ["a", "b", "c"],
  train: { ...images, rows: train },
  test: { ...images, rows: tested },
  trainRows: undefined,
  testRows: undefined,
  augmentation: augmentationOf("toy", { flip: true, crop: 2, padding: "reflect", cutout: 3 }, 5),
  provenance: {},
  ...more,
});
const load = (more?: Partial<InMemory>, validation = 0) => loadInMemory(set(more), { validation, random: createRandom(1, "validation") });
const dataset = (): Dataset => ({ load: (options) => loadInMemory(set(), options) });

testDataset("of two parts in the same arrays", dataset);

test("rows are those of each part, and its mean is that of the rows that are left to train on", async () => {
  const data = await load({}, 0.2);
  expect([data.train.labels.length, data.validation?.labels.length, data.test.labels.length]).toEqual([24, 6, 10]);
  const [standardize] = data.preprocessing;
  if (standardize?.operation !== "standardize") throw new Error("is not standardized");
  const { mean, deviation } = standardize;
  const image = await data.test.images(Int32Array.of(2));
  const raw = images.pixels.subarray(8 * size, 9 * size); // the third test row is the eighth of all
  expect(image).toEqual(Float32Array.from(raw, (byte, i) => (byte - mean[i % 2]!) / deviation[i % 2]!));
  expect(data.provenance).toMatchObject({ preprocess: "standardize", fittedOn: 24 });
});

test("fewer rows are taken of each class alike, and what cannot be is a sentence", async () => {
  const { train: few, test: fewTested } = await load({ trainRows: 6, testRows: 3 });
  expect(few.labels.toSorted()).toEqual(Int32Array.of(0, 0, 1, 1, 2, 2));
  expect(fewTested.labels.toSorted()).toEqual(Int32Array.of(0, 1, 2));
  await expect(load({ testRows: 11 })).rejects.toThrow("toy: testRows is 11, but there are only 10. Lower it.");
  await expect(load({}, 0.999)).rejects.toThrow("toy: validation 0.999 of 30 training images leaves none to train on. Lower it.");
  await expect(load({}, 0.999)).rejects.toBeInstanceOf(UserError);
  expect(() => augmentationOf("toy", { flip: false, crop: 0, padding: "zeros" }, 5)).toThrow('toy: padding is "zeros", but crop is 0');
  expect(() => augmentationOf("toy", { flip: false, crop: 5 }, 5)).toThrow("toy: crop is 5, but images are 5 pixels wide. Set at most 4.");
});
