import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { foreignFile } from "@benn/core/internals";

const BINARY = "Take the binary version, cifar-10-binary.tar.gz, or set dataset.source=download to fetch it";

/** What a folder holds that is not CIFAR-10 in a form that is read, by a name in it. */
const NEIGHBOURS: readonly { readonly name: RegExp; readonly what: string; readonly remedy: string }[] = [
  { name: /^(?:data_batch_1|cifar-10-batches-py)$/, what: "the Python version of CIFAR-10, whose files are pickles", remedy: BINARY },
  { name: /^(?:data_batch_1\.mat|cifar-10-batches-mat)$/, what: "the Matlab version of CIFAR-10", remedy: BINARY },
  {
    name: /^(?:fine_label_names\.txt|cifar-100-(?:binary|python|matlab)|train\.bin|train\.mat)$/,
    what: "CIFAR-100, which has other classes",
    remedy: BINARY,
  },
  { name: /^meta$/, what: "CIFAR-100 in its Python version, which has other classes", remedy: BINARY },
  { name: /^cifar-10.*\.(?:tar|tgz|tar\.gz|zip)$/, what: "an archive that is not unpacked", remedy: "Unpack it: tar -xzf FILE" },
  {
    name: /\.npz$/,
    what: "an archive of NumPy arrays (.npz)",
    remedy: "Save train_data, train_labels, test_data and test_labels each by itself with numpy.save",
  },
  { name: /\.parquet$/, what: "CIFAR-10 as Parquet files", remedy: BINARY },
  { name: /\.tfrecords?(?:-|$)/, what: "records of TensorFlow", remedy: BINARY },
  { name: /\.(?:tar|tgz|tar\.gz|zip|7z|rar)$/, what: "an archive that is not unpacked", remedy: "Unpack it" },
];

/** Beside `train` and `test` as folders of classes. */
const CLASS_FOLDERS = ["train", "test"].map((part) => join(part, "airplane"));

/**
 * What a folder without CIFAR-10's files holds instead, if it is well known.
 * @returns the error to throw
 */
export function neighbourIn(folder: string): UserError | undefined {
  const names = readdirSync(folder).toSorted();
  for (const { name, what, remedy } of NEIGHBOURS) {
    const found = names.find((each) => name.test(each));
    if (found !== undefined) return new UserError(`cifar10: "${join(folder, found)}" is ${what}. ${remedy}.`);
  }
  const classes = CLASS_FOLDERS.find((path) => existsSync(join(folder, path)));
  if (classes === undefined) return undefined;
  return new UserError(
    `cifar10: "${folder}" holds folders of pictures. Read those with dataset=imagenet dataset.val=test dataset.size=32 dataset.resize=32.`,
  );
}

/**
 * What the bytes of a file that should be one of CIFAR-10's are instead, if that is well known.
 * @returns the error to throw
 */
export function neighbourOf(bytes: Uint8Array, path: string): UserError | undefined {
  const foreign = foreignFile(bytes);
  return foreign && new UserError(`cifar10: "${path}" is ${foreign.what}. ${foreign.remedy}`);
}
