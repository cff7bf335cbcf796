import { statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@benn/core";
import type { FileRange } from "../decode/file-range.ts";
import type { Watch } from "../watch.ts";
import type { PictureLister } from "./list-pictures.ts";
import { NameList } from "./name-list.ts";
import type { Pictures } from "./pictures.ts";

/** Pictures in folders [n], identified by the index of their folder and their name in it. */
export class FolderPictures implements Pictures {
  readonly labels: Int32Array;
  readonly #root: string;
  readonly #folders: readonly string[];
  readonly #names: NameList;
  readonly #folderOf: (row: number) => number;

  /** @param folderOf index of a row's folder; its label if there is one folder per class */
  constructor(root: string, folders: readonly string[], labels: Int32Array, names: NameList, folderOf?: (row: number) => number) {
    this.labels = labels;
    this.#root = root;
    this.#folders = folders;
    this.#names = names;
    this.#folderOf = folderOf ?? ((row) => labels[row] ?? 0);
  }

  get index(): Pictures["index"] {
    return [this.labels, ...this.#names.arrays];
  }

  name(row: number): string {
    return join(this.#root, this.#folders[this.#folderOf(row)] ?? "", this.#names.at(row));
  }

  place(row: number): FileRange {
    return { path: this.name(row), offset: 0, length: -1 };
  }
}

/**
 * The pictures of each class's folder in a part of a dataset, including subfolders: class by class, sorted by name.
 * @param dataset with which messages begin
 * @throws UserError for a class without pictures
 */
export async function readClassFolders(
  lister: PictureLister,
  classes: readonly string[],
  { dataset, watch }: { readonly dataset: string; readonly watch: Watch },
): Promise<FolderPictures> {
  const names = new NameList();
  const counts = new Int32Array(classes.length);
  for (const [label, name] of classes.entries()) {
    await watch(`listing ${lister.root}`, label, classes.length);
    const files = lister.pictures(name, { deep: true });
    if (files.length === 0)
      throw new UserError(
        `${dataset}: the class folder "${join(lister.root, name)}" has no JPEG, PNG or WebP pictures. Fill it or remove it.`,
      );
    for (const file of files) names.push(file);
    counts[label] = files.length;
  }
  const labels = new Int32Array(names.length);
  let from = 0;
  for (const [label, count] of counts.entries()) labels.fill(label, from, (from += count));
  return new FolderPictures(lister.root, classes, labels, names.trim());
}

/** The class folders of a part. @throws UserError for fewer than two */
export function classFolders(lister: PictureLister, dataset: string): string[] {
  const classes = lister.folders();
  if (classes.length >= 2) return classes;
  const found = classes.length === 0 ? "no folders of classes" : `only the class "${classes[0]}"`;
  throw new UserError(
    `${dataset}: "${lister.root}" has ${found}. Put the pictures of each of at least two classes in a folder of their own.`,
  );
}

/**
 * Checks that two parts have the same classes.
 * @param parts their names in messages
 * @throws UserError that names the classes that one of them lacks
 */
export function checkSameClasses(
  dataset: string,
  train: { readonly root: string; readonly classes: readonly string[] },
  test: { readonly root: string; readonly classes: readonly string[] },
  parts: string,
): void {
  const missing = train.classes.filter((name) => !test.classes.includes(name));
  const extra = test.classes.filter((name) => !train.classes.includes(name));
  if (missing.length === 0 && extra.length === 0) return;
  const differ = [
    ...(missing.length > 0 ? [`"${test.root}" lacks ${listed(missing)}`] : []),
    ...(extra.length > 0 ? [`"${train.root}" lacks ${listed(extra)}`] : []),
  ];
  throw new UserError(`${dataset}: the classes of ${parts} differ: ${differ.join(", ")}. Give both the same folders.`);
}

/** Whether the path is a folder, links followed. */
export const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** A few of the names, and how many more there are. */
function listed(names: readonly string[]): string {
  const shown = names
    .slice(0, 3)
    .map((name) => `"${name}"`)
    .join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
