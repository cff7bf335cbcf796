import { statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@benn/core";
import type { ClassList } from "./class-list.ts";
import { readLabelFile } from "./label-file.ts";
import { LeftOut } from "./left-out.ts";
import { PictureLister } from "./list-pictures.ts";
import { NameList } from "./name-list.ts";
import type { Pictures, Source, Watch } from "./pictures.ts";

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

/** A part of the set whose names are being read. */
interface Part {
  readonly root: string;
  readonly lister: PictureLister;
  readonly watch: Watch;
}

/**
 * Reads the names of pictures in folders of classes, as torchvision's ImageFolder: a class is a folder, its label its place
 * in the order of their names; pictures may lie deeper. The test pictures may instead lie in one flat folder with a file of labels.
 * Hidden entries, dead links and links back into the set are left out, counted and reported.
 * @throws UserError for missing or empty folders, fewer than two classes, classes that differ, labels that do not fit
 */
export async function readFolders({ train, test, testLabels, classes, watch }: FolderOptions): Promise<Source> {
  for (const root of [train, test]) checkFolder(root);
  const [trainLeftOut, testLeftOut] = [new LeftOut(train), new LeftOut(test)];
  const training = { root: train, lister: new PictureLister({ root: train, beside: [test], leftOut: trainLeftOut }), watch };
  const testing = { root: test, lister: new PictureLister({ root: test, beside: [train], leftOut: testLeftOut }), watch };
  const synsets = training.lister.folders();
  if (synsets.length < 2) {
    const found = synsets.length === 0 ? "no folders of classes" : `only the class "${synsets[0]}"`;
    throw new UserError(`imagenet: "${train}" has ${found}. Put the pictures of each of at least two classes in a folder of their own.`);
  }
  const unknown = classes && synsets.find((synset) => classes.label(synset) === undefined);
  if (unknown !== undefined) throw new UserError(`imagenet: the class folder "${unknown}" is not in the list of classes. Add its line.`);
  return {
    kind: "folders",
    train: await readClasses(training, synsets),
    test: await readTest(testing, { testLabels, train, synsets }),
    labels: synsets.map((synset) => classes?.names[classes.label(synset) ?? -1] ?? synset),
    warnings: [...trainLeftOut.warnings, ...testLeftOut.warnings],
  };
}

async function readTest(
  part: Part,
  { testLabels, train, synsets }: Pick<FolderOptions, "testLabels" | "train"> & { readonly synsets: readonly string[] },
): Promise<Pictures> {
  const { root: test, lister } = part;
  const own = lister.folders();
  if (own.length === 0 || testLabels !== undefined) {
    const files = lister.pictures("", { deep: false });
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
  return readClasses(part, synsets);
}

async function readClasses({ root, lister, watch }: Part, synsets: readonly string[]): Promise<Pictures> {
  const names = new NameList();
  const counts = new Int32Array(synsets.length);
  for (const [label, synset] of synsets.entries()) {
    await watch.tick(`listing ${root}`, label, synsets.length);
    const files = lister.pictures(synset, { deep: true });
    if (files.length === 0)
      throw new UserError(`imagenet: the class folder "${join(root, synset)}" has no JPEG, PNG or WebP pictures. Fill it or remove it.`);
    for (const file of files) names.push(file);
    counts[label] = files.length;
  }
  const labels = new Int32Array(names.length);
  let from = 0;
  for (const [label, count] of counts.entries()) labels.fill(label, from, (from += count));
  return new FolderPictures(root, synsets, labels, names.trim());
}

/** @throws UserError if the path is no folder */
function checkFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new UserError(`imagenet: "${path}" is not a folder. Name the folders of the pictures with dataset.data, train and val.`);
}

/** A few of the names, and how many more there are. */
function listed(names: readonly string[]): string {
  const shown = names
    .slice(0, 3)
    .map((name) => `"${name}"`)
    .join(", ");
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
