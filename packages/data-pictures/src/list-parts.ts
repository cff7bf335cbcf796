import { join } from "node:path";
import {
  checkSameClasses,
  classFolders,
  type FolderPictures,
  LeftOut,
  listFolder,
  PictureLister,
  readClassFolders,
  type Watch,
} from "@benn/data-kit";
import { DATASET } from "./dataset-name.ts";
import { findParts } from "./find-parts.ts";

/** The names of the pictures of a folder. */
export interface ListedPictures {
  /** Class names, in order. */
  readonly classes: readonly string[];
  readonly train: FolderPictures;
  readonly test?: FolderPictures;
  readonly warnings: readonly string[];
}

/**
 * Lists a folder of pictures by class: a class is a folder, and pictures may be in its subfolders. Classes and pictures are sorted by name.
 * @throws UserError for fewer than two classes, an empty one, or parts whose classes differ
 */
export async function listParts(data: string, watch: Watch): Promise<ListedPictures> {
  const { train, test, warnings } = await findParts(data);
  const roots = [train, ...(test === undefined ? [] : [test])];
  const parts = roots.map((root) => {
    const leftOut = new LeftOut(root, DATASET);
    const lister = new PictureLister({ root, beside: roots.filter((other) => other !== root), leftOut, who: DATASET });
    return { root, leftOut, lister, classes: classFolders(lister, DATASET) };
  });
  const [training, testing] = parts;
  if (!training) throw new RangeError("no part");
  if (testing) checkSameClasses(DATASET, training, testing, "training and test pictures");
  const read = ({ lister }: typeof training): Promise<FolderPictures> =>
    readClassFolders(lister, training.classes, { dataset: DATASET, watch });
  const listed = { train: await read(training), ...(testing && { test: await read(testing) }) };
  return {
    classes: training.classes,
    ...listed,
    warnings: [...warnings, ...parts.flatMap(({ root, leftOut }) => [...besideClasses(root), ...leftOut.warnings])],
  };
}

const PICTURE = /\.(?:jpe?g|png|webp)$/i;

/** A warning if pictures are next to the folders of classes, where they belong to none. */
function besideClasses(root: string): string[] {
  const loose = listFolder(root, DATASET).filter(({ kind, name }) => kind === "file" && PICTURE.test(name));
  const [first] = loose;
  if (!first) return [];
  return [
    `${DATASET}: ${loose.length} pictures beside the folders of classes are of no class and not used, such as "${join(root, first.name)}".`,
  ];
}
