import { createHash } from "node:crypto";
import { cp, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "@benn/core";
import { randomBytes, temporaryFolder } from "@benn/data-kit/testing";
import { expect, test } from "vitest";
import { writeNpy } from "../test/write-npy.ts";
import { SIZE } from "./images.ts";
import { hasNumpyArrays, readNumpyArrays } from "./numpy-arrays.ts";

const fixtures = fileURLToPath(new URL("../fixtures", import.meta.url));
/** Value i of the images of fixtures/make.py. */
const value = (i: number) => Math.fround((i % 1000) / 500 - 1);

test("float32 planes are used as they are", async () => {
  const folder = join(fixtures, "planes-float32");
  const { train, test: held, files } = await readNumpyArrays(folder);
  expect(train.pixels).toEqual(Float32Array.from({ length: 2 * SIZE }, (_, i) => value(i)));
  expect(held.pixels).toEqual(Float32Array.from({ length: SIZE }, (_, i) => value(i)));
  expect([...train.labels, ...held.labels]).toEqual([3, 9, 7]);
  const bytes = await readFile(join(folder, "train_data.npy"));
  expect(files["train_data.npy"]).toBe(createHash("sha256").update(bytes).digest("hex"));
});

test("float64 with channels last, without .npy, and labels of other types and shapes are the same images", async () => {
  const { train, test: held } = await readNumpyArrays(join(fixtures, "channels-last-float64"));
  expect(train.pixels).toEqual(Float32Array.from({ length: SIZE }, (_, i) => value(i)));
  expect(held.pixels).toEqual(Float32Array.from({ length: SIZE }, (_, i) => value(SIZE + i)));
  expect([...train.labels, ...held.labels]).toEqual([3, 9]);
});

test("bytes are raw pixels", async () => {
  const folder = await copy();
  const pixels = randomBytes(SIZE, 1);
  await writeNpy(join(folder, "train_data.npy"), pixels, [1, 3, 32, 32]);
  await writeNpy(join(folder, "train_labels.npy"), Uint8Array.of(4), [1]);
  await writeNpy(join(folder, "test_data.npy"), pixels, [1, 3, 32, 32]);
  expect((await readNumpyArrays(folder)).train.pixels).toEqual(pixels);
});

async function copy(): Promise<string> {
  const folder = await temporaryFolder();
  await cp(join(fixtures, "planes-float32"), folder, { recursive: true });
  return folder;
}

const floats = (count: number) => new Float32Array(count * SIZE);
const faults: readonly { what: string; spoil: (folder: string) => Promise<void>; says: RegExp }[] = [
  {
    what: "a missing array",
    spoil: (folder) => rm(join(folder, "test_labels.npy")),
    says: /test_labels\.npy" is missing\. The folder needs train_data, train_labels, test_data, test_labels\./,
  },
  {
    what: "images of another size",
    spoil: (folder) => writeNpy(join(folder, "test_data.npy"), new Float32Array(3 * 28 * 28), [1, 3, 28, 28]),
    says: /is \[1, 3, 28, 28\]\. Give \[n, 3, 32, 32\] or \[n, 32, 32, 3\]\./,
  },
  {
    what: "flat images",
    spoil: (folder) => writeNpy(join(folder, "test_data.npy"), floats(1), [1, SIZE]),
    says: /is \[1, 3072\]\. Give/,
  },
  {
    what: "labels that are one-hot",
    spoil: (folder) => writeNpy(join(folder, "test_labels.npy"), new Uint8Array(10), [1, 10]),
    says: /is \[1, 10\]\. Give one label an image, \[n\]\./,
  },
  {
    what: "fewer labels than images",
    spoil: (folder) => writeNpy(join(folder, "train_labels.npy"), Uint8Array.of(1), [1]),
    says: /has 2 images and ".*train_labels\.npy" 1 labels\. Each image needs one\./,
  },
  {
    what: "a label above 9",
    spoil: (folder) => writeNpy(join(folder, "train_labels.npy"), BigInt64Array.of(0n, 10n), [2]),
    says: /label 1 of ".*" is 10, but labels are whole numbers from 0 to 9\./,
  },
  {
    what: "a label below 0",
    spoil: (folder) => writeNpy(join(folder, "train_labels.npy"), BigInt64Array.of(-1n, 1n), [2]),
    says: /label 0 of ".*" is -1/,
  },
  {
    what: "a label between two classes",
    spoil: (folder) => writeNpy(join(folder, "train_labels.npy"), Float32Array.of(0.5, 1), [2]),
    says: /label 0 of ".*" is 0\.5/,
  },
  {
    what: "a value that is not a number",
    spoil: (folder) => writeNpy(join(folder, "train_data.npy"), floats(2).fill(NaN, SIZE + 5), [2, 3, 32, 32]),
    says: /image 1 of ".*" has the value NaN/,
  },
  {
    what: "wide integers for pixels, which could be raw or not",
    spoil: (folder) => writeNpy(join(folder, "train_data.npy"), new BigInt64Array(2 * SIZE), [2, 3, 32, 32]),
    says: /has values of type <i8\. Save raw pixels as uint8, and preprocessed images as floats\./,
  },
  {
    what: "bytes to train on and floats to test on",
    spoil: (folder) => writeNpy(join(folder, "train_data.npy"), new Uint8Array(2 * SIZE), [2, 3, 32, 32]),
    says: /one has bytes and one floats\. Save both alike\./,
  },
  {
    what: "no image",
    spoil: async (folder) => {
      await writeNpy(join(folder, "test_data.npy"), floats(0), [0, 3, 32, 32]);
      await writeNpy(join(folder, "test_labels.npy"), new Uint8Array(0), [0]);
    },
    says: /has 0 images and ".*" 0 labels/,
  },
  {
    what: "pickled objects",
    spoil: (folder) => cp(join(fixtures, "small", "objects.npy"), join(folder, "train_data.npy")),
    says: /holds Python objects/,
  },
];

test.for(faults)("$what: the error names the file and what to do", async ({ spoil, says }) => {
  const folder = await copy();
  await spoil(folder);
  const failure = await readNumpyArrays(folder).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UserError);
  expect((failure as UserError).message).toMatch(says);
});

test("a folder with any of the arrays is known as such", async () => {
  const folder = await temporaryFolder();
  expect(hasNumpyArrays(folder)).toBe(false);
  await rename(join(await copy(), "test_data.npy"), join(folder, "test_data"));
  expect(hasNumpyArrays(folder)).toBe(true);
});
