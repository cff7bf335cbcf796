import { UserError } from "@benn/core";
import {
  checkSameClasses,
  classFolders,
  FolderPictures,
  isFolder,
  LeftOut,
  NameList,
  PictureLister,
  readClassFolders,
  type Watch,
} from "@benn/data-kit";
import type { ClassList } from "./class-list.ts";
import { readLabelFile } from "./label-file.ts";
import type { Pictures, Source } from "./pictures.ts";

export interface FolderOptions {
  readonly train: string;
  readonly test: string;
  /** Label file of a flat test folder. */
  readonly testLabels: string | undefined;
  readonly classes: ClassList | undefined;
  readonly watch: Watch;
}

/**
 * Reads the names of pictures in folders of classes, like torchvision's ImageFolder: a class is a folder, its label is its index in the
 * order of names; pictures may be in subfolders. Alternatively, the test pictures are in one flat folder with a label file. Hidden entries,
 * dead links and links back into the dataset are left out, counted and reported.
 * @throws UserError for missing or empty folders, fewer than two classes, classes that differ, labels that do not fit
 */
export async function readFolders({ train, test, testLabels, classes, watch }: FolderOptions): Promise<Source> {
  const notOne = [train, test].find((root) => !isFolder(root));
  if (notOne !== undefined) {
    throw new UserError(`imagenet: "${notOne}" is not a folder. Name the folders of the pictures with dataset.data, train and val.`);
  }
  const [trainLeftOut, testLeftOut] = [train, test].map((root) => new LeftOut(root, "imagenet")) as [LeftOut, LeftOut];
  const training = new PictureLister({ root: train, beside: [test], leftOut: trainLeftOut, who: "imagenet" });
  const testing = new PictureLister({ root: test, beside: [train], leftOut: testLeftOut, who: "imagenet" });
  const synsets = classFolders(training, "imagenet");
  const unknown = classes && synsets.find((synset) => classes.label(synset) === undefined);
  if (unknown !== undefined) throw new UserError(`imagenet: the class folder "${unknown}" is not in the list of classes. Add its line.`);
  return {
    kind: "folders",
    train: await readClassFolders(training, synsets, { dataset: "imagenet", watch }),
    test: await readTest(testing, { testLabels, train, synsets, watch }),
    labels: synsets.map((synset) => classes?.names[classes.label(synset) ?? -1] ?? synset),
    warnings: [...trainLeftOut.warnings, ...testLeftOut.warnings],
  };
}

async function readTest(
  lister: PictureLister,
  { testLabels, train, synsets, watch }: Pick<FolderOptions, "testLabels" | "train" | "watch"> & { readonly synsets: readonly string[] },
): Promise<Pictures> {
  const { root: test } = lister;
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
  checkSameClasses("imagenet", { root: train, classes: synsets }, { root: test, classes: own }, "training and validation");
  return readClassFolders(lister, synsets, { dataset: "imagenet", watch });
}
