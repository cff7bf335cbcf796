import type { LoadedDataset, LoadOptions, Preprocessing } from "@benn/core";
import { type Augmentation, type ImageReader, makeSplit } from "./make-split.ts";
import { fitStandardize } from "./standardize.ts";
import { holdOut, takeFixedRows } from "./take-rows.ts";

/** Labelled images in memory, before any preprocessing. */
export interface Images {
  /** Class of each image [n], from 0. */
  readonly labels: Uint8Array | Int32Array;
  /** The rows that belong to it, in ascending order; absent: all. Two sets may share their arrays. */
  readonly rows?: Int32Array;
  /** [n, height, width, channels], or in planes [n, channels, height, width]. Bytes are raw pixels. */
  readonly pixels: Uint8Array | Float32Array;
}

/** The preprocessing between raw images and a network's input. */
export interface FittedPreprocess {
  /** Returns a function that reads a set's preprocessed images. */
  readonly reader: (images: Images) => ImageReader;
  /** The operations with which another runtime gets the same values. */
  readonly preprocessing: Preprocessing;
  /** What was done, for the record of the run. */
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface InMemory {
  /** Name of the dataset, with which messages begin and from which its fixed rows are drawn. */
  readonly dataset: string;
  readonly shape: LoadedDataset["shape"];
  readonly labels: readonly string[];
  readonly train: Images;
  readonly test: Images;
  readonly trainRows: number | undefined;
  readonly testRows: number | undefined;
  readonly augmentation: Augmentation;
  /** What the record of a run contains about the data besides their preprocessing. */
  readonly provenance: Readonly<Record<string, unknown>>;
  /** Fits the preprocessing on these rows of the training images; default `standardizeRows`. */
  readonly fit?: (rows: Int32Array) => FittedPreprocess | Promise<FittedPreprocess>;
}

/**
 * A dataset of images in memory: rows are selected and held out with equal shares of each class, the preprocessing is fitted on the
 * remaining training rows, and images are augmented as they are read.
 * @throws UserError for more rows than there are, or a validation split that leaves none
 */
export async function loadInMemory(
  { dataset, shape, labels, train, test, trainRows, testRows, augmentation, provenance, fit }: InMemory,
  load: LoadOptions,
): Promise<LoadedDataset> {
  const classes = labels.length;
  const all = takeFixedRows(train, trainRows, { dataset, name: "trainRows", classes });
  const tested = takeFixedRows(test, testRows, { dataset, name: "testRows", classes });
  const { taken, rest } = holdOut(train.labels, all, load, { dataset, classes });
  const { reader, preprocessing, facts } = await (fit ? fit(rest) : standardizeRows(train, rest, shape));
  const training = { shape, read: reader(train), ...augmentation };
  return {
    shape,
    labels,
    train: makeSplit(train.labels, rest, training),
    ...(taken.length > 0 && { validation: makeSplit(train.labels, taken, training) }),
    test: makeSplit(test.labels, tested, { shape, read: reader(test), ...augmentation }),
    provenance: { ...provenance, ...facts },
    preprocessing,
  };
}

/** Per-channel mean and deviation of these rows, for images of bytes. */
export function standardizeRows(
  { pixels }: Images,
  rows: Int32Array,
  shape: LoadedDataset["shape"],
  layout?: { readonly planes: boolean },
): FittedPreprocess {
  if (!(pixels instanceof Uint8Array)) throw new TypeError("only bytes are standardized");
  const { mean, deviation, reader } = fitStandardize(pixels, rows, shape, layout);
  return {
    reader,
    preprocessing: [{ operation: "standardize", mean, deviation }],
    facts: { preprocess: "standardize", mean: [...mean], deviation: [...deviation], fittedOn: rows.length },
  };
}
