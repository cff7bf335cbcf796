import type { InjectionToken } from "tsyringe";
import type { Augment } from "./augment.ts";
import type { Moves } from "./moves.ts";
import type { Preprocessing } from "./preprocessing.ts";
import type { Random } from "./random.ts";
import type { Registry } from "./registry.ts";

export type SplitName = "train" | "validation" | "test";

/** Labelled images, read by row. */
export interface Split {
  /** Class of each row [rows], from 0. */
  readonly labels: Int32Array;
  /**
   * The images of the rows asked for, preprocessed: [rows.length, height, width, channels], row by row.
   * With `augment` each is changed at random as the dataset's options say, a function of the rows and of `augment` alone; without it never.
   */
  images(rows: Int32Array, augment?: Augment): Float32Array | Promise<Float32Array>;
  /**
   * What `images` would do to these rows with this `augment`, drawn from it as `images` draws; only where that is all it does to them
   * (`moveImages` does it). A device that holds the images does it there.
   */
  moves?(rows: Int32Array, augment: Augment): Moves;
  /**
   * A hint: `images` will soon be called with these rows and an `augment` in this state, whose generator is the split's to draw from.
   * A split that reads slowly may begin now. Throws nothing, and changes no result: what is wrong shows when `images` is called.
   */
  prefetch?(rows: Int32Array, augment?: Augment): void;
}

export interface LoadedDataset {
  /** [height, width, channels] of one image. */
  readonly shape: readonly [number, number, number];
  /** Class names; their number is the number of classes. */
  readonly labels: readonly string[];
  readonly train: Split;
  /** Rows held out of the training set, if any were asked for. */
  readonly validation?: Split;
  readonly test: Split;
  /** Where the data came from and what was done to it: sources, checksums, preprocessing constants. Plain JSON. */
  readonly provenance: Readonly<Record<string, unknown>>;
  /**
   * What evaluation does to a picture's bytes, so that a runtime can do it to another picture. Empty: the images are floats
   * that were prepared elsewhere, and a runtime takes such floats.
   */
  readonly preprocessing: Preprocessing;
  /** Sentences to show before training, such as how many files of a folder are not used. */
  readonly warnings?: readonly string[];
  dispose?(): void;
}

export interface LoadOptions {
  /** Share of the training rows, of each class alike, to hold out for validation: 0 ≤ validation < 1. */
  readonly validation: number;
  /** Decides which rows are held out. */
  readonly random: Random;
  /** Called as work goes on; `done` and `total` in bytes or rows. */
  onProgress?(progress: { readonly what: string; readonly done: number; readonly total: number }): void;
  readonly signal?: AbortSignal;
}

export interface ExpectedData {
  /** [height, width, channels] of one image. */
  readonly shape: readonly [number, number, number];
  readonly classes: number;
  /** Whether the training split has `moves`, so that a device may hold its images. */
  readonly moves: boolean;
}

export interface Dataset {
  /** What to expect of `load`, for measurements without the data. */
  readonly expected?: ExpectedData;
  /** What `load` reads if it is a sample that comes with the package, in words: `4,000 + 1,000 photographs`. */
  readonly sample?: string;
  /** Folder of the data, if it lies in one of the places where this dataset looks by itself. Reads and downloads nothing. */
  locate?(): string | undefined;
  /**
   * Checks, downloads where need be, and reads. Preprocessing is fitted on the training rows alone.
   * @throws UserError for missing, short or corrupt files, with what to do
   */
  load(options: LoadOptions): Promise<LoadedDataset>;
}

export const DATASETS: InjectionToken<Registry<Dataset>> = Symbol.for("benn.datasets");
