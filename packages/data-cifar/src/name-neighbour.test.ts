import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { temporaryFolder } from "@benn/data-kit/testing";
import { expect, test } from "vitest";
import { miniArchive } from "../test/mini-archive.ts";
import { BATCHES, writeBatches } from "../test/mini-batches.ts";
import { cifar10, cifar10Options } from "./cifar10.ts";

const load = async (data: string): Promise<unknown> =>
  cifar10(cifar10Options.parse({ data })).load({ validation: 0, random: createRandom(1, "validation") });
const failureOf = async (data: string): Promise<string> => {
  const failure = await load(data).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UserError);
  return (failure as UserError).message;
};
const BINARY = "Take the binary version, cifar-10-binary.tar.gz, or set dataset.source=download to fetch it.";

test.for([
  ["data_batch_1", "is the Python version of CIFAR-10, whose files are pickles", BINARY],
  ["cifar-10-batches-py/data_batch_1", "is the Python version of CIFAR-10, whose files are pickles", BINARY],
  ["data_batch_1.mat", "is the Matlab version of CIFAR-10", BINARY],
  ["train.bin", "is CIFAR-100, which has other classes", "; or set dataset=cifar100."],
  ["cifar-100-python/train", "is CIFAR-100, which has other classes", "; or set dataset=cifar100."],
  ["cifar-10-binary.tar.gz", "is an archive that is not unpacked", "Unpack it: tar -xzf FILE."],
  ["images.zip", "is an archive that is not unpacked", "Unpack it."],
  ["cifar10.npz", "is an archive of NumPy arrays", "Save train_data, train_labels, test_data and test_labels"],
  ["train-00000-of-00001.parquet", "is CIFAR-10 as Parquet files", BINARY],
  ["train/airplane/0001.png", "holds folders of pictures", "Read those with dataset=pictures"],
] as const)("a folder with %s is named for what it holds", async ([file, what, remedy]) => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, file, ".."), { recursive: true });
  await writeFile(join(folder, file), "");
  const said = await failureOf(folder);
  expect(said).toContain(what);
  expect(said).toContain(remedy);
});

test("an archive that was named in place of its folder is named for what it is", async () => {
  const path = join(await temporaryFolder(), "cifar-10-binary.tar.gz");
  await writeFile(path, (await miniArchive()).bytes);
  expect(await failureOf(path)).toBe(`cifar10: "${path}" is an archive packed with gzip (.gz, .tgz). Unpack it and name what was in it.`);
});

test.for([
  ["version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 30730000\n", /test_batch\.bin" is a pointer of Git LFS.*git lfs pull/],
  ["<!DOCTYPE html><title>Log in</title>", /test_batch\.bin" is a page of the web/],
] as const)("a batch that is %s is named for what it is", async ([text, says]) => {
  const folder = await temporaryFolder();
  await writeBatches(folder);
  await writeFile(join(folder, BATCHES[5]!), text);
  expect(await failureOf(folder)).toMatch(says);
});

test("an array that is a page of the web is named for it, and a folder in the place of a file for that", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "train_data.npy"), "<html>");
  expect(await failureOf(folder)).toMatch(/train_data\.npy" is a page of the web/);
  const other = await temporaryFolder();
  await writeBatches(other);
  await mkdir(join(other, "batches.meta.txt"));
  expect(await failureOf(other)).toMatch(/batches\.meta\.txt" cannot be read: it is a folder/);
});
