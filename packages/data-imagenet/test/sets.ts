// The fixtures as loadable datasets: folders as they are, databases unpacked, shards made of the same pictures.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { type LoadedDataset } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { create } from "tar";
import { onTestFinished } from "vitest";
import { imagenet } from "../src/imagenet.ts";
import { imagenetOptions } from "../src/imagenet-options.ts";

export const FIXTURES: string = join(import.meta.dirname, "../fixtures");
export const FOLDERS: string = join(FIXTURES, "folders");
export const SYNSETS = ["n01503061", "n02691156", "n02958343"] as const;

export const newFolder = (): string => mkdtempSync(join(tmpdir(), "imagenet-"));

/** Small images, so that tests are fast. */
export const small = { size: 32, resize: 40, threads: 1 };

/** Loads a dataset as its definition does; it is disposed with the test. */
export async function load(options: Readonly<Record<string, unknown>>, validation = 0): Promise<LoadedDataset> {
  const dataset = imagenet(imagenetOptions.parse({ ...small, cache: join(newFolder(), "cache"), ...options }));
  const data = await dataset.load({ validation, random: createRandom(1, "validation") });
  onTestFinished(() => data.dispose?.());
  return data;
}

/** A copy of the folders that a test may damage. */
export function copyFolders(): string {
  const copy = newFolder();
  cpSync(FOLDERS, copy, { recursive: true });
  return copy;
}

export const unpacked = (name: string): Buffer => gunzipSync(readFileSync(join(FIXTURES, "lmdb", `${name}.gz`)));

/** Databases with the names of the reference's. */
export function databases(train = "train.mdb", val = "val.mdb"): string {
  const folder = newFolder();
  for (const [part, name] of [
    ["ilsvrc12_train_lmdb", train],
    ["ilsvrc12_val_lmdb", val],
  ] as const) {
    mkdirSync(join(folder, part));
    writeFileSync(join(folder, part, "data.mdb"), unpacked(name));
  }
  return folder;
}

/** Shards of the folders' pictures: two for training, in order of class, and one for validation. */
export async function shards(labelOf: (synset: string) => string = (synset) => String(SYNSETS.indexOf(synset as never))): Promise<string> {
  const [folder, scratch] = [newFolder(), newFolder()];
  for (const part of ["train", "val"]) {
    mkdirSync(join(folder, part));
    const files: string[] = [];
    for (const synset of SYNSETS) {
      mkdirSync(join(scratch, part, synset), { recursive: true });
      for (const name of readdirSync(join(FOLDERS, part, synset))) {
        const key = `${part}/${synset}/${name.replace(/\..*$/, "")}`;
        const picture = `${key}.${name.endsWith(".png") ? "png" : "jpg"}`;
        cpSync(join(FOLDERS, part, synset, name), join(scratch, picture));
        writeFileSync(join(scratch, `${key}.cls`), labelOf(synset));
        writeFileSync(join(scratch, `${key}.json`), JSON.stringify({ filename: name }));
        files.push(`${key}.cls`, picture, `${key}.json`);
      }
    }
    const half = part === "train" ? 36 : files.length;
    for (const [nth, start] of [0, half].entries()) {
      const own = files.slice(start, start + half);
      if (own.length > 0) await create({ file: join(folder, part, `${part}-${nth}.tar`), cwd: scratch, portable: true }, own);
    }
  }
  return folder;
}
