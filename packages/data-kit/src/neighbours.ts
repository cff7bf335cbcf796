import { basename } from "node:path";
import { UserError } from "@benn/core";
import { foreignFile } from "@benn/core/internals";

/** Common contents of a folder that are not a dataset in a supported form, by the name of a file in it. */
export interface Neighbour {
  readonly name: RegExp;
  readonly what: string;
  readonly remedy: string;
}

const AS_FILES = "Write the pictures as files in folders of classes";

/** Pictures in forms that other datasets read. */
export const PICTURE_NEIGHBOURS: readonly Neighbour[] = [
  { name: /\.(?:zip|7z|rar)$/i, what: "an archive that is not unpacked", remedy: "Unpack it" },
  { name: /\.(?:tfrecords?(?:-.*)?|array_record.*)$|^train-\d{5}-of-\d{5}$/, what: "records of TensorFlow", remedy: AS_FILES },
  { name: /\.(?:parquet|arrow)$/, what: "a table of Hugging Face", remedy: AS_FILES },
  { name: /\.(?:rec|idx)$/, what: "records of MXNet", remedy: AS_FILES },
  { name: /\.(?:beton|ffcv)$/, what: "a file of FFCV", remedy: AS_FILES },
  { name: /\.(?:npz|npy|h5|hdf5|mat|pkl|pickle)$/, what: "a file of arrays", remedy: AS_FILES },
];

/**
 * What one of these files is instead of the data, if its name is well known.
 * @returns the error to throw
 */
export function neighbourAmong(paths: readonly string[], neighbours: readonly Neighbour[], dataset: string): UserError | undefined {
  for (const { name, what, remedy } of neighbours) {
    const found = paths.find((path) => name.test(basename(path)));
    if (found !== undefined) return new UserError(`${dataset}: "${found}" is ${what}. ${remedy}.`);
  }
  return undefined;
}

/**
 * What a file is instead of one of the dataset's, by its first bytes.
 * @returns the error to throw
 */
export function foreignFileError(bytes: Uint8Array, path: string, dataset: string): UserError | undefined {
  const foreign = foreignFile(bytes);
  return foreign && new UserError(`${dataset}: "${path}" is ${foreign.what}. ${foreign.remedy}`);
}
