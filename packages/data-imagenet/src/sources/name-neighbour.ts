import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { UserError } from "@benn/core";
import { foreignFileError, listFolder, type Neighbour, neighbourAmong as neighbourOf, PICTURE_NEIGHBOURS } from "@benn/data-kit";

/** Well-known contents of a folder that are not pictures in a supported form, by a file name. */
const NEIGHBOURS: readonly Neighbour[] = [
  {
    name: /^ILSVRC2012_img_.*\.tar$/i,
    what: "the archive that ImageNet comes in, not unpacked",
    remedy:
      "Unpack the training archive, and each archive of a class in it into a folder of its name, below train/; the validation archive into val/",
  },
  {
    name: /^n\d{8}\.tar$/,
    what: "the archive of one class, not unpacked",
    remedy: "Unpack each of them into a folder of its name",
  },
  { name: /\.(?:tar\.(?:gz|bz2|xz|zst)|tgz|tbz2?|txz)$/i, what: "a packed archive", remedy: "Unpack it; shards must be plain .tar files" },
  ...PICTURE_NEIGHBOURS,
  {
    name: /^(?:data_batch_1(?:\.bin|\.mat)?|cifar-100?-.*)$/,
    what: "a set of CIFAR's",
    remedy: "Set dataset=cifar10 or dataset=cifar100, which read the binary versions",
  },
];

/**
 * What one of these files is, if its name is well known and it is not a picture, shard or database.
 * @returns the error to throw
 */
export const neighbourAmong = (paths: readonly string[]): UserError | undefined => neighbourOf(paths, NEIGHBOURS, "imagenet");

/** The same for the contents of a folder. */
export function neighbourIn(folder: string): UserError | undefined {
  return neighbourAmong(listFolder(folder, "imagenet").map(({ name }) => join(folder, name)));
}

/**
 * What a file is, if it is well known and not a shard or database.
 * @returns the error to throw
 */
export function neighbourAt(path: string): UserError | undefined {
  const file = openSync(path, "r");
  try {
    const bytes = new Uint8Array(512);
    return foreignFileError(bytes.subarray(0, readSync(file, bytes)), path, "imagenet");
  } finally {
    closeSync(file);
  }
}
