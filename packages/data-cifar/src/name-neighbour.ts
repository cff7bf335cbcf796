import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { type Neighbour, neighbourAmong } from "@benn/data-kit";
import type { Layout } from "./layout.ts";

/** Well-known contents of a folder that are not this dataset in a supported form, by a file name. */
function neighboursOf({ dataset, title, archive }: Layout): readonly Neighbour[] {
  const binary = `Take the binary version, ${archive.name}, or set dataset.source=download to fetch it`;
  const packed: readonly Neighbour[] = [
    { name: /^cifar-100?.*\.(?:tar|tgz|tar\.gz|zip)$/, what: "an archive that is not unpacked", remedy: "Unpack it: tar -xzf FILE" },
    {
      name: /\.npz$/,
      what: "an archive of NumPy arrays (.npz)",
      remedy: dataset === "cifar10" ? "Save train_data, train_labels, test_data and test_labels each by itself with numpy.save" : binary,
    },
    { name: /\.parquet$/, what: `${title} as Parquet files`, remedy: binary },
    { name: /\.tfrecords?(?:-|$)/, what: "records of TensorFlow", remedy: binary },
    { name: /\.(?:tar|tgz|tar\.gz|zip|7z|rar)$/, what: "an archive that is not unpacked", remedy: "Unpack it" },
  ];
  if (dataset === "cifar100") {
    return [
      { name: /^(?:meta|cifar-100-python)$/, what: "the Python version of CIFAR-100, whose files are pickles", remedy: binary },
      { name: /^(?:train\.mat|cifar-100-matlab)$/, what: "the Matlab version of CIFAR-100", remedy: binary },
      {
        name: /^(?:data_batch_1(?:\.bin|\.mat)?|cifar-10-batches-.*)$/,
        what: "CIFAR-10, which has other classes",
        remedy: "Set dataset=cifar10 for it",
      },
      ...packed,
    ];
  }
  const other = `${binary}; or set dataset=cifar100`;
  return [
    { name: /^(?:data_batch_1|cifar-10-batches-py)$/, what: "the Python version of CIFAR-10, whose files are pickles", remedy: binary },
    { name: /^(?:data_batch_1\.mat|cifar-10-batches-mat)$/, what: "the Matlab version of CIFAR-10", remedy: binary },
    {
      name: /^(?:fine_label_names\.txt|cifar-100-(?:binary|python|matlab)|train\.bin|train\.mat)$/,
      what: "CIFAR-100, which has other classes",
      remedy: other,
    },
    { name: /^meta$/, what: "CIFAR-100 in its Python version, which has other classes", remedy: other },
    ...packed,
  ];
}

/** Next to `train` and `test` as folders of classes. */
const CLASS_FOLDERS = ["airplane", "apple"].flatMap((name) => ["train", "test"].map((part) => join(part, name)));

/**
 * What a folder without the dataset's files contains instead, if it is well known.
 * @returns the error to throw
 */
export function neighbourIn(folder: string, layout: Layout): UserError | undefined {
  const { dataset } = layout;
  const paths = readdirSync(folder)
    .toSorted()
    .map((name) => join(folder, name));
  const neighbour = neighbourAmong(paths, neighboursOf(layout), dataset);
  if (neighbour) return neighbour;
  if (!CLASS_FOLDERS.some((path) => existsSync(join(folder, path)))) return undefined;
  return new UserError(`${dataset}: "${folder}" holds folders of pictures. Read those with dataset=pictures dataset.size=32.`);
}
