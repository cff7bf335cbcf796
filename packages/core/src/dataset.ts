import type { InjectionToken } from "tsyringe";
import type { Augment } from "./augment.ts";
import type { Moves } from "./moves.ts";
import type { Preprocessing } from "./preprocessing.ts";
import type { Random } from "./random.ts";
import type { Registry } from "./registry.ts";

export type SplitName = "train" | "validation" | "test";

/** Labelled images, addressed by row. */
export interface Split {
  /** Class of each row [rows], from 0. */
  readonly labels: Int32Array;
  /**
   * Returns the preprocessed images of the given rows, in their order: [rows.length, height, width, channels]. With `augment`, each image
   * is augmented at random as the dataset's options specify; the result depends on the rows and `augment` alone. Without it, images are
   * never augmented.
   */
  images(rows: Int32Array, augment?: Augment): Float32Array | Promise<Float32Array>;
  /**
   * What `images` would do to these rows with this `augment`, drawn from it in the same way. Present only if `images` does nothing beyond
   * what `moveImages` can do; a device that holds the images then applies the moves itself.
   */
  moves?(rows: Int32Array, augment: Augment): Moves;
  /**
   * A hint that `images` will soon be called with these rows and an `augment` in this state, whose generator the split may draw from. A
   * split that reads slowly may start reading now. Never throws and never changes a result: errors are reported when `images` is called.
   */
  prefetch?(rows: Int32Array, augment?: Augment): void;
}

export interface LoadedDataset {
  /** [height, width, channels] of one image. */
  readonly shape: readonly [number, number, number];
  /** Class names, one per class. */
  readonly labels: readonly string[];
  readonly train: Split;
  /** Rows held out of the training set, if the options ask for any. */
  readonly validation?: Split;
  readonly test: Split;
  /** Origin and processing of the data: sources, checksums, preprocessing constants. Plain JSON. */
  readonly provenance: Readonly<Record<string, unknown>>;
  /**
   * What evaluation does to the bytes of an image, so that a runtime can do the same to other images. Empty: the images are floats that
   * were prepared elsewhere, and a runtime takes such floats.
   */
  readonly preprocessing: Preprocessing;
  /** Sentences to show before training, for example how many files of a folder are unused. */
  readonly warnings?: readonly string[];
  dispose?(): void;
}

export interface LoadOptions {
  /** Share of the training rows of each class to hold out for validation: 0 ≤ validation < 1. */
  readonly validation: number;
  /** Decides which rows are held out. */
  readonly random: Random;
  /** Called as the work progresses; `done` and `total` are in bytes or rows. */
  onProgress?(progress: { readonly what: string; readonly done: number; readonly total: number }): void;
  readonly signal?: AbortSignal;
}

export interface ExpectedData {
  /** [height, width, channels] of one image. */
  readonly shape: readonly [number, number, number];
  readonly classes: number;
  /** Whether the training split implements `moves`, so that a device may hold its images. */
  readonly moves: boolean;
}

export interface Dataset {
  /** What `load` will return, for benchmarks that run without the data. */
  readonly expected?: ExpectedData;
  /** If `load` reads a sample that is part of the package, its description: `4,000 + 1,000 photographs`. */
  readonly sample?: string;
  /** Folder of the data, if it is in one of the default places that this dataset searches. Reads and downloads nothing. */
  locate?(): string | undefined;
  /**
   * Checks, downloads if necessary, and reads the data. Preprocessing is fitted on the training rows alone.
   * @throws UserError for missing, truncated or corrupt files, with what to do
   */
  load(options: LoadOptions): Promise<LoadedDataset>;
}

export const DATASETS: InjectionToken<Registry<Dataset>> = Symbol.for("benn.datasets");
