import { statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@benn/core";
import { foreignFileError, listFolder, type Neighbour, neighbourAmong, PICTURE_NEIGHBOURS, readFirst } from "@benn/data-kit";
import { DATASET } from "./dataset-name.ts";

/** The folders of the parts. */
export interface Parts {
  readonly train: string;
  /** Absent: a test part is to be split off. */
  readonly test?: string;
  readonly warnings: readonly string[];
}

/** Common names of the parts, in lower case, the likeliest first. */
const NAMES = {
  train: ["train", "training"],
  test: ["test", "testing"],
  validation: ["val", "valid", "validation"],
} as const;

const ARCHIVES: readonly Neighbour[] = [
  { name: /\.(?:tar|tgz|tar\.(?:gz|bz2|xz|zst))$/i, what: "an archive that is not unpacked", remedy: "Unpack it" },
  ...PICTURE_NEIGHBOURS,
];

/**
 * Detects whether a folder contains parts or classes. Its folders are parts if all of them have names of parts: one called "train" among
 * others is a class, of pictures of trains.
 * @throws UserError for what is not a folder, or one without folders
 */
export async function findParts(data: string): Promise<Parts> {
  const stats = statSync(data, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) {
    const foreign = stats?.isFile() ? foreignFileError(await readFirst(data, DATASET), data, DATASET) : undefined;
    throw foreign ?? new UserError(`${DATASET}: data is "${data}", which is not a folder. Name the folder with the pictures.`);
  }
  const entries = listFolder(data, DATASET);
  const folders = entries.flatMap(({ name, kind }) => (kind === "folder" ? [name] : []));
  if (folders.length === 0) {
    const paths = entries.map(({ name }) => join(data, name));
    throw (
      neighbourAmong(paths, ARCHIVES, DATASET) ??
      new UserError(`${DATASET}: "${data}" has no folders. Put the pictures of each of at least two classes in a folder of their own.`)
    );
  }
  const find = (names: readonly string[]): string | undefined => {
    const found = names.flatMap((name) => folders.filter((folder) => folder.toLowerCase() === name))[0];
    return found === undefined ? undefined : join(data, found);
  };
  const all: ReadonlySet<string> = new Set(Object.values(NAMES).flat());
  if (!folders.every((name) => all.has(name.toLowerCase()))) {
    if (folders.length === 1) refuseOuterFolder(data, folders[0] ?? "");
    return { train: data, warnings: [] };
  }
  const train = find(NAMES.train);
  if (train === undefined) {
    throw new UserError(`${DATASET}: "${data}" has ${listed(folders)}, but no training part. Put the training pictures in "train".`);
  }
  const [test, validation] = [find(NAMES.test), find(NAMES.validation)];
  if (test !== undefined && validation !== undefined) {
    const warning = `${DATASET}: "${validation}" is not used: scores are of "${test}", and rows for validation are held out of "${train}" where the run asks for them.`;
    return { train, test, warnings: [warning] };
  }
  const held = test ?? validation;
  return { train, ...(held !== undefined && { test: held }), warnings: [] };
}

/** Archives often unpack to a single folder that contains everything. */
function refuseOuterFolder(data: string, only: string): void {
  const inner = join(data, only);
  const count = listFolder(inner, DATASET).filter(({ kind }) => kind === "folder").length;
  if (count < 2) return; // a single class, which is reported elsewhere
  throw new UserError(
    `${DATASET}: "${data}" has only the folder "${only}", which has ${count} folders of its own. If those are the classes, name it: --data ${inner}.`,
  );
}

const listed = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(" and ");
