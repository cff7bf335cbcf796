import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { UserError } from "@benn/core";
import { expect, test } from "vitest";
import { copyFolders, databases, load, newFolder, shards, SYNSETS } from "../../test/sets.ts";

const LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 100\n";

function folderWith(...files: readonly string[]): string {
  const folder = newFolder();
  for (const file of files) {
    mkdirSync(join(folder, file, ".."), { recursive: true });
    writeFileSync(join(folder, file), "");
  }
  return folder;
}

async function failureOf(options: { readonly data: string; readonly [key: string]: unknown }): Promise<string> {
  const failure = await load(options).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UserError);
  return (failure as UserError).message;
}

test.for([
  [["ILSVRC2012_img_train.tar", "ILSVRC2012_img_val.tar"], /img_train\.tar" is the archive that ImageNet comes in, not unpacked/],
  [["train/n01440764.tar", "val/a.JPEG"], /n01440764\.tar" is the archive of one class, not unpacked\. Unpack each/],
  [["train/train-0.tar.gz"], /train-0\.tar\.gz" is a packed archive\. Unpack it; shards must be plain \.tar files/],
  [["imagenet.zip"], /imagenet\.zip" is an archive that is not unpacked/],
  [["train-00000-of-01024", "validation-00000-of-00128"], /is records of TensorFlow\. Write the pictures as files/],
  [["data/train-00000.parquet", "README.md", "x.parquet"], /x\.parquet" is a table of Hugging Face/],
  [["train.rec", "train.idx"], /is records of MXNet/],
  [["train.npz"], /is a file of arrays/],
  [["data_batch_1.bin"], /is a set of CIFAR's\. Set dataset=cifar10 or dataset=cifar100/],
] as const)("a folder with %j is named for what it holds", async ([files, says]) => {
  expect(await failureOf({ data: folderWith(...files) })).toMatch(says);
});

test("an archive in the place of a folder, a shard or a database is named for what it is", async () => {
  const path = join(newFolder(), "imagenet.tar.gz");
  writeFileSync(path, gzipSync("pictures"));
  expect(await failureOf({ data: path })).toBe(
    `imagenet: "${path}" is an archive packed with gzip (.gz, .tgz). Unpack it and name what was in it.`,
  );
  const packed = await shards();
  writeFileSync(join(packed, "train/train-1.tar"), gzipSync(Buffer.alloc(5000)));
  expect(await failureOf({ data: packed })).toMatch(/train-1\.tar" is an archive packed with gzip/);
  writeFileSync(join(packed, "train/train-1.tar"), LFS);
  expect(await failureOf({ data: packed })).toMatch(/train-1\.tar" is a pointer of Git LFS.*git lfs pull/);
  const database = databases();
  writeFileSync(join(database, "ilsvrc12_val_lmdb/data.mdb"), LFS);
  expect(await failureOf({ data: database })).toMatch(/data\.mdb" is a pointer of Git LFS/);
});

test("hidden files and folders are no shards, and a hidden one makes no set of folders one of shards", async () => {
  const packed = await shards();
  writeFileSync(join(packed, "train/._train-0.tar"), "of macOS");
  mkdirSync(join(packed, "train/old.tar"));
  expect((await load({ data: packed })).train.labels).toHaveLength(24);
  const folders = copyFolders();
  writeFileSync(join(folders, "train/._a.tar"), "");
  expect((await load({ data: folders })).train.labels).toHaveLength(24);
});

test.for([
  [LFS, "it is a pointer of Git LFS, not the file that it stands for"],
  ["<!DOCTYPE html><p>Not found", "it is a page of the web"],
] as const)("a picture that is %j is broken for that reason", async ([text, says]) => {
  const data = copyFolders();
  writeFileSync(join(data, "train", SYNSETS[0], `${SYNSETS[0]}_0.JPEG`), text);
  await expect((await load({ data })).train.images(Int32Array.of(0))).rejects.toThrow(says);
});
