import { createHash } from "node:crypto";
import { type BennPlugin, type Dataset, DATASETS, definePlugin, type LoadedDataset, UserError, z } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { augmentationOf, augmentOptions, type FittedPreprocess, type Images, loadInMemory, takeRows } from "@benn/data-kit";

/** Labelled images in memory. */
export interface ArraySplit {
  /**
   * [images, height, width, channels], one after the other. Bytes are pixels: they are standardized by the mean and deviation of the training
   * images, and a packed model takes pictures. Floats are taken as they are, and a packed model takes such floats.
   */
  readonly images: Uint8Array | Float32Array;
  /** Class of each image, from 0. */
  readonly labels: ArrayLike<number>;
}

/** A dataset in memory. */
export interface ArrayData {
  /** [height, width, channels] of one image. */
  readonly shape: LoadedDataset["shape"];
  /** Names of the classes. */
  readonly classes: readonly string[];
  readonly train: ArraySplit;
  /** Without it, a fifth of the training images of each class is taken to test with, always the same. */
  readonly test?: ArraySplit;
}

export const ARRAYS_PLUGIN = "@benn/cli-ink/arrays";
/** Name of the dataset. */
export const ARRAYS = "arrays";
const TEST_SHARE = 0.2;

const options = z.object(augmentOptions({ flip: false }));

/** The dataset `arrays`: these, or without them one that says where its arrays were. */
export function arraysPlugin(data?: ArrayData): BennPlugin {
  return definePlugin({
    name: ARRAYS_PLUGIN,
    register(container) {
      container.resolve(DATASETS).add(ARRAYS, {
        description: "images and labels in the memory of a program that calls train()",
        options,
        create: (given) => (data === undefined ? absent : datasetOf(data, given)),
      });
    },
  });
}

const absent: Dataset = {
  load: async () => {
    throw new UserError(
      `${ARRAYS}: the images of this dataset are in the memory of the program that trained on them. Give them to the function again ` +
        "(its option data); to train with the command, name another dataset, for example dataset=pictures.",
    );
  },
};

/** @throws UserError for arrays that do not fit together */
function datasetOf(data: ArrayData, given: z.output<typeof options>): Dataset {
  const { shape, classes } = data;
  checkClasses(data);
  const all = { train: imagesOf("train", data.train, data), ...(data.test && { test: imagesOf("test", data.test, data) }) };
  if (data.test && data.test.images instanceof Uint8Array !== data.train.images instanceof Uint8Array)
    throw new UserError(`${ARRAYS}: train and test hold different kinds of values. Give bytes for both, or floats for both.`);
  const [height, width] = shape;
  const augmentation = augmentationOf(ARRAYS, given, Math.min(height, width));
  return {
    expected: { shape, classes: classes.length, moves: true },
    async load(load) {
      const { train, test } = all.test ? { train: all.train, test: all.test } : dividedForTest(all.train, classes.length);
      return await loadInMemory(
        {
          dataset: ARRAYS,
          shape,
          labels: classes,
          train,
          test,
          trainRows: undefined,
          testRows: undefined,
          augmentation,
          provenance: { dataset: ARRAYS, sha256: checksums(all) },
          ...(data.train.images instanceof Float32Array && { fit: () => asTheyAre(shape) }),
        },
        load,
      );
    },
  };
}

function dividedForTest(all: Images, classes: number): { readonly train: Images; readonly test: Images } {
  const rows = Int32Array.from(all.labels.keys());
  const random = createRandom(0, ARRAYS, "test");
  const { taken, rest } = takeRows(all.labels, rows, Math.round(TEST_SHARE * rows.length), { classes, random });
  if (taken.length === 0)
    throw new UserError(`${ARRAYS}: ${rows.length} training images are too few to take some for testing. Give test images, or more.`);
  return { train: { ...all, rows: rest }, test: { ...all, rows: taken } };
}

function asTheyAre([height, width, channels]: LoadedDataset["shape"]): FittedPreprocess {
  const size = height * width * channels;
  return {
    reader:
      ({ pixels }) =>
      (rows, into) => {
        for (const [place, row] of rows.entries()) into.set(pixels.subarray(row * size, (row + 1) * size), place * size);
      },
    preprocessing: [],
    facts: { preprocess: "none" },
  };
}

function checkClasses({ shape, classes }: ArrayData): void {
  if (shape.length !== 3 || !shape.every((size) => Number.isInteger(size) && size > 0))
    throw new UserError(`${ARRAYS}: shape is [${shape.join(", ")}]. Give [height, width, channels] of one image.`);
  if (classes.length < 2 || new Set(classes).size !== classes.length)
    throw new UserError(`${ARRAYS}: classes are ${JSON.stringify(classes)}. Give at least two names, all different.`);
}

function imagesOf(name: string, { images, labels }: ArraySplit, { shape, classes }: ArrayData): Images {
  const size = shape.reduce((product, length) => product * length, 1);
  if (!(images instanceof Uint8Array || images instanceof Float32Array))
    throw new UserError(`${ARRAYS}: ${name}.images is no Uint8Array and no Float32Array. Give pixels as one of them.`);
  if (labels.length === 0 || images.length !== labels.length * size) {
    throw new UserError(
      `${ARRAYS}: ${name} has ${labels.length} labels and ${images.length} values, but an image of ${shape.join("×")} has ${size}. ` +
        "Give the values of all images, one after the other, and a label for each.",
    );
  }
  const own = Array.from(labels);
  const row = own.findIndex((label) => !Number.isInteger(label) || label < 0 || label >= classes.length);
  if (row >= 0)
    throw new UserError(
      `${ARRAYS}: label ${row} of ${name} is ${own[row]}, but the ${classes.length} classes are numbered from 0. Correct it.`,
    );
  const bad = images instanceof Float32Array ? images.findIndex((value) => !Number.isFinite(value)) : -1;
  if (bad >= 0)
    throw new UserError(`${ARRAYS}: value ${bad} of ${name}.images is ${images[bad]}. Give finite numbers, near 0 and about 1 in size.`);
  return { labels: Int32Array.from(own), pixels: images };
}

/** Of what was given, so that a run is not resumed on other data. */
function checksums(all: Readonly<Record<string, Images>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, { pixels, labels }]) =>
      Object.entries({ images: pixels, labels }).map(([part, array]) => [
        `${name}.${part}`,
        createHash("sha256")
          .update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
          .digest("hex"),
      ]),
    ),
  );
}
