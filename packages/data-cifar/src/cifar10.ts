import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { createRandom, type Dataset, type LoadOptions, UserError, z } from "@benn/core";
import { BATCH_FILES, readBinaryBatches } from "./binary-batches.ts";
import { type Images, SIDE } from "./images.ts";
import { asTheyAre, makeSplit, type Preprocess } from "./make-split.ts";
import { readSample } from "./sample.ts";
import type { Source } from "./source.ts";
import { fitStandardize } from "./standardize.ts";
import { takeRows } from "./take-rows.ts";

export const cifar10Options = z.object({
  data: z.string().min(1).optional().describe("folder with the official binary files"),
  source: z
    .enum(["sample", "folder"])
    .optional()
    .describe("the built-in sample or the folder named by data; folder if data is given, else sample"),
  preprocess: z.enum(["standardize"]).default("standardize").describe("standardize: per-channel mean and deviation"),
  flip: z.boolean().default(false).describe("augment: mirror at random, left to right"),
  crop: z
    .int()
    .min(0)
    .max(SIDE - 1)
    .default(0)
    .describe("augment: shift at random by up to so many pixels each way, zeros coming in"),
  trainRows: z.int().min(10).optional().describe("use only so many training images, of each class alike, the same for every seed"),
  testRows: z.int().min(10).optional().describe("use only so many test images, of each class alike, the same for every seed"),
});

export type Cifar10Options = z.output<typeof cifar10Options>;

/**
 * CIFAR-10: 32×32 colour photographs of ten classes. Images are [32, 32, 3].
 * @see Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009
 */
export function cifar10(options: Cifar10Options): Dataset {
  const { data, flip, crop } = options;
  const from = options.source ?? (data === undefined ? "sample" : "folder");
  if (from === "folder" && data === undefined) throw new UserError("cifar10: source=folder needs data. Name the folder of the files.");
  if (from !== "folder" && data !== undefined) {
    throw new UserError(`cifar10: source=${from} reads no folder, but data is "${data}". Leave one of the two out.`);
  }

  return {
    async load(load) {
      const source = await readSource(from, data, load);
      const classes = source.labels.length;
      const cut = (images: Images, name: "trainRows" | "testRows"): Int32Array => {
        const rows = Int32Array.from(images.labels.keys());
        const count = options[name] ?? rows.length;
        if (count > rows.length) throw new UserError(`cifar10: ${name} is ${count}, but there are only ${rows.length}. Lower it.`);
        return takeRows(images.labels, rows, count, { classes, random: createRandom(0, "cifar10", name) }).taken;
      };
      const all = cut(source.train, "trainRows");
      const held = takeRows(source.train.labels, all, Math.round(load.validation * all.length), { classes, random: load.random });
      const { preprocess, preprocessing, facts } = fit(source, held.rest);
      const augmentation = { flip, crop };
      return {
        shape: [SIDE, SIDE, 3],
        labels: source.labels,
        train: makeSplit(source.train, held.rest, { preprocess, ...augmentation }),
        ...(held.taken.length > 0 && { validation: makeSplit(source.train, held.taken, { preprocess, ...augmentation }) }),
        test: makeSplit(source.test, cut(source.test, "testRows"), { preprocess, ...augmentation }),
        provenance: { dataset: "CIFAR-10", source: from, sha256: source.files, ...facts },
        preprocessing,
      };
    },
  };
}

async function readSource(from: "sample" | "folder", data: string | undefined, load: LoadOptions): Promise<Source> {
  if (from === "sample" || data === undefined) return readSample();
  if (!existsSync(data) || !statSync(data).isDirectory()) {
    throw new UserError(`cifar10: data is "${data}", which is not a folder. Name the folder of the CIFAR-10 files.`);
  }
  const folder = [data, join(data, "cifar-10-batches-bin")].find((place) => BATCH_FILES.some((file) => existsSync(join(place, file))));
  return readBinaryBatches(folder ?? data, {
    onFile: (done, total) => load.onProgress?.({ what: "reading CIFAR-10", done, total }),
  });
}

interface Fitted {
  readonly preprocess: Preprocess;
  readonly preprocessing: Readonly<Record<string, Float32Array>>;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** The preprocessing, fitted on these rows of the training images. */
function fit(source: Source, rows: Int32Array): Fitted {
  if (source.train.pixels instanceof Float32Array) {
    return { preprocess: asTheyAre, preprocessing: {}, facts: { preprocess: "none: the arrays are used as they are" } };
  }
  const { mean, deviation, preprocess } = fitStandardize(source.train, rows);
  return {
    preprocess,
    preprocessing: { mean, deviation },
    facts: { preprocess: "standardize", mean: [...mean], deviation: [...deviation], fittedOn: rows.length },
  };
}
