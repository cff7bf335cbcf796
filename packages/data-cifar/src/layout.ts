import type { RemoteFile } from "@benn/data-kit";
import { CLASSES } from "./images.ts";

/** A dataset of the CIFAR family in its official binary form. */
export interface Layout {
  /** Name in the configuration, with which messages begin. */
  readonly dataset: "cifar10" | "cifar100";
  /** Name for people. */
  readonly title: string;
  readonly archive: RemoteFile;
  /** The folder inside the archive. */
  readonly folder: string;
  readonly train: readonly string[];
  readonly test: string;
  /** Bytes before the pixels of a record. */
  readonly labelBytes: number;
  /** Index of the label among them. */
  readonly labelAt: number;
  /** The file with the class names, one per line, in the order of the labels. */
  readonly names: string;
  readonly classes: number;
  /** Class names to use if that file is missing; without them it is required. */
  readonly usualNames?: readonly string[];
  /** Size of the largest file in bytes. */
  readonly largest: number;
}

/** @see https://www.cs.toronto.edu/~kriz/cifar.html, section "Binary version" */
export const CIFAR10: Layout = {
  dataset: "cifar10",
  title: "CIFAR-10",
  archive: {
    dataset: "cifar10",
    name: "cifar-10-binary.tar.gz",
    url: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
    bytes: 170_052_171,
    sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
  },
  folder: "cifar-10-batches-bin",
  train: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`),
  test: "test_batch.bin",
  labelBytes: 1,
  labelAt: 0,
  names: "batches.meta.txt",
  classes: CLASSES.length,
  usualNames: CLASSES,
  largest: 10_000 * 3073,
};

/**
 * A hundred classes ("fine") in twenty groups of five ("coarse"): a record has a byte for each, the group's first.
 * @see https://www.cs.toronto.edu/~kriz/cifar.html, section "The CIFAR-100 dataset"
 */
export const cifar100Layout = (labels: "fine" | "coarse"): Layout => ({
  dataset: "cifar100",
  title: "CIFAR-100",
  archive: {
    dataset: "cifar100",
    name: "cifar-100-binary.tar.gz",
    url: "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
    bytes: 168_513_733,
    sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
  },
  folder: "cifar-100-binary",
  train: ["train.bin"],
  test: "test.bin",
  labelBytes: 2,
  labelAt: labels === "fine" ? 1 : 0,
  names: `${labels}_label_names.txt`,
  classes: labels === "fine" ? 100 : 20,
  largest: 50_000 * 3074,
});

/** The files with images; any of them identifies a folder of this layout. */
export const imageFiles = ({ train, test }: Pick<Layout, "train" | "test">): readonly string[] => [...train, test];

/** The files with class names for either kind of labels: both are unpacked, so that the other kind can be used later. */
export const nameFiles = ({ dataset, names }: Pick<Layout, "dataset" | "names">): readonly string[] =>
  dataset === "cifar100" ? ["fine_label_names.txt", "coarse_label_names.txt"] : [names];
