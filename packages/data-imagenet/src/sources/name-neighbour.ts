import { closeSync, openSync, readSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "@benn/core";
import { foreignFile } from "@benn/core/internals";
import { listFolder } from "./list-folder.ts";

/** What a folder holds that is no set of pictures in a form that is read, by a name in it. */
const NEIGHBOURS: readonly { readonly name: RegExp; readonly what: string; readonly remedy: string }[] = [
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
  { name: /\.(?:zip|7z|rar)$/i, what: "an archive that is not unpacked", remedy: "Unpack it" },
  {
    name: /\.(?:tfrecords?(?:-.*)?|array_record.*)$|^train-\d{5}-of-\d{5}$/,
    what: "records of TensorFlow",
    remedy: "Write the pictures as files in folders of classes",
  },
  { name: /\.(?:parquet|arrow)$/, what: "a table of Hugging Face", remedy: "Write the pictures as files in folders of classes" },
  { name: /\.(?:rec|idx)$/, what: "records of MXNet", remedy: "Write the pictures as files in folders of classes" },
  { name: /\.(?:beton|ffcv)$/, what: "a file of FFCV", remedy: "Write the pictures as files in folders of classes" },
  { name: /\.(?:npz|npy|h5|hdf5|mat|pkl|pickle)$/, what: "a file of arrays", remedy: "Write the pictures as files in folders of classes" },
  {
    name: /^(?:data_batch_1(?:\.bin|\.mat)?|cifar-100?-.*)$/,
    what: "a set of CIFAR's",
    remedy: "Set dataset=cifar10, which reads the binary version of CIFAR-10",
  },
];

/**
 * What one of these files is in place of pictures, shards or databases, if its name is well known.
 * @returns the error to throw
 */
export function neighbourAmong(paths: readonly string[]): UserError | undefined {
  for (const { name, what, remedy } of NEIGHBOURS) {
    const found = paths.find((path) => name.test(basename(path)));
    if (found !== undefined) return new UserError(`imagenet: "${found}" is ${what}. ${remedy}.`);
  }
  return undefined;
}

/** The same of what a folder holds. */
export function neighbourIn(folder: string): UserError | undefined {
  return neighbourAmong(listFolder(folder).map(({ name }) => join(folder, name)));
}

/**
 * What a file is in place of a shard or a database, if it is well known.
 * @returns the error to throw
 */
export function neighbourAt(path: string): UserError | undefined {
  const file = openSync(path, "r");
  try {
    const bytes = new Uint8Array(512);
    const foreign = foreignFile(bytes.subarray(0, readSync(file, bytes)));
    return foreign && new UserError(`imagenet: "${path}" is ${foreign.what}. ${foreign.remedy}`);
  } finally {
    closeSync(file);
  }
}
