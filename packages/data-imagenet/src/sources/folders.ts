import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@benn/core";
import type { ClassList } from "./class-list.ts";
import { readLabelFile } from "./label-file.ts";
import { NameList } from "./name-list.ts";
import type { Pictures, Source, Watch } from "./pictures.ts";

const PICTURE = /\.(?:jpe?g|png|webp)$/i;
const byCodePoints = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Folders of pictures [n], known by the number of their folder and their name in it. */
export class FolderPictures implements Pictures {
  readonly labels: Int32Array;
  readonly #root: string;
  readonly #folders: readonly string[];
  readonly #names: NameList;
  readonly #folderOf: (row: number) => number;

  /** @param folderOf number of a row's folder; its label if there is one folder a class */
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

  place(row: number): { path: string; offset: number; length: number; form: "file" } {
    return { path: this.name(row), offset: 0, length: -1, form: "file" };
  }
}

export interface FolderOptions {
  readonly train: string;
  readonly test: string;
  /** Labels of a flat test folder. */
  readonly testLabels: string | undefined;
  readonly classes: ClassList | undefined;
  readonly watch: Watch;
}

/**
 * Reads the names of pictures in folders of classes, as torchvision's ImageFolder: a class is a folder, its label its place
 * in the order of their names; pictures may lie deeper. The test pictures may instead lie in one flat folder with a file of labels.
 * @throws UserError for missing or empty folders, fewer than two classes, classes that differ, labels that do not fit
 */
export async function readFolders({ train, test, testLabels, classes, watch }: FolderOptions): Promise<Source> {
  const synsets = classFolders(train);
  if (synsets.length < 2) {
    const found = synsets.length === 0 ? "no folders of classes" : `only the class "${synsets[0]}"`;
    throw new UserError(`imagenet: "${train}" has ${found}. Put the pictures of each of at least two classes in a folder of their own.`);
  }
  const unknown = classes && synsets.find((synset) => classes.label(synset) === undefined);
  if (unknown !== undefined) throw new UserError(`imagenet: the class folder "${unknown}" is not in the list of classes. Add its line.`);
  return {
    kind: "folders",
    train: await readClasses(train, synsets, watch),
    test: await readTest({ test, testLabels, train, synsets, watch }),
    labels: synsets.map((synset) => classes?.names[classes.label(synset) ?? -1] ?? synset),
  };
}

async function readTest(
  options: Pick<FolderOptions, "test" | "testLabels" | "train" | "watch"> & { synsets: readonly string[] },
): Promise<Pictures> {
  const { test, testLabels, train, synsets, watch } = options;
  const own = classFolders(test);
  if (own.length === 0 || testLabels !== undefined) {
    const files = readdirSync(test)
      .filter((name) => PICTURE.test(name))
      .toSorted(byCodePoints);
    if (files.length === 0) throw new UserError(`imagenet: "${test}" has neither folders of classes nor pictures. Put some there.`);
    if (testLabels === undefined) {
      throw new UserError(
        `imagenet: "${test}" has pictures without folders of classes. Name the file of their labels with dataset.valLabels.`,
      );
    }
    const names = new NameList();
    for (const file of files) names.push(file);
    return new FolderPictures(test, [""], readLabelFile(testLabels, files, synsets), names.trim(), () => 0);
  }
  const missing = synsets.filter((synset) => !own.includes(synset));
  const extra = own.filter((synset) => !synsets.includes(synset));
  if (missing.length > 0 || extra.length > 0) {
    const differ = [
      ...(missing.length > 0 ? [`"${test}" lacks ${listed(missing)}`] : []),
      ...(extra.length > 0 ? [`"${train}" lacks ${listed(extra)}`] : []),
    ];
    throw new UserError(`imagenet: the classes of training and validation differ: ${differ.join(", ")}. Give both the same folders.`);
  }
  return readClasses(test, synsets, watch);
}

async function readClasses(root: string, synsets: readonly string[], watch: Watch): Promise<Pictures> {
  const names = new NameList();
  const counts = new Int32Array(synsets.length);
  for (const [label, synset] of synsets.entries()) {
    await watch.tick(`listing ${root}`, label, synsets.length);
    const files = readdirSync(join(root, synset), { recursive: true, encoding: "utf8" }).filter((name) => PICTURE.test(name));
    if (files.length === 0)
      throw new UserError(`imagenet: the class folder "${join(root, synset)}" has no pictures. Fill it or remove it.`);
    for (const file of files.toSorted(byCodePoints)) names.push(file);
    counts[label] = files.length;
  }
  const labels = new Int32Array(names.length);
  let from = 0;
  for (const [label, count] of counts.entries()) labels.fill(label, from, (from += count));
  return new FolderPictures(root, synsets, labels, names.trim());
}

/** Names of the folders in a folder, in order. @throws UserError if it is none */
export function classFolders(root: string): string[] {
  if (!existsSync(root) || !statSync(root).isDirectory()) {
    throw new UserError(`imagenet: "${root}" is not a folder. Name the folders of the pictures with dataset.data, train and val.`);
  }
  const entries = readdirSync(root, { withFileTypes: true }).filter(({ name }) => !name.startsWith("."));
  const isFolder = (entry: (typeof entries)[number]): boolean =>
    entry.isDirectory() || (entry.isSymbolicLink() && statSync(join(root, entry.name), { throwIfNoEntry: false })?.isDirectory() === true);
  return entries
    .filter(isFolder)
    .map(({ name }) => name)
    .toSorted(byCodePoints);
}

/** A few of the names, and how many more there are. */
function listed(names: readonly string[]): string {
  const shown = names
    .slice(0, 3)
    .map((name) => `"${name}"`)
    .join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
