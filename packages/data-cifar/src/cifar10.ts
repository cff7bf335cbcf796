import { type Dataset, UserError, z } from "@benn/core";
import { createRandom } from "@benn/core/internals";
import { cacheFolder } from "./cache-folder.ts";
import { fitPreprocess } from "./fit-preprocess.ts";
import { type Images, SHAPE, SIDE } from "./images.ts";
import { makeSplit } from "./make-split.ts";
import { type Place, readSource } from "./read-source.ts";
import { takeRows } from "./take-rows.ts";

export const cifar10Options = z.object({
  data: z.string().min(1).optional().describe("folder with the official binary files or the four NumPy arrays"),
  source: z
    .enum(["sample", "folder", "download"])
    .optional()
    .describe("the built-in sample, the folder named by data, or the official archive; folder if data is given, else sample"),
  url: z
    .url({ protocol: /^https?$/, error: "must be an http or https address" })
    .optional()
    .describe("where to download the official archive from, if not from its own site"),
  cache: z.string().min(1).optional().describe("folder for downloads and fitted whitening; the user's cache if absent"),
  preprocess: z
    .enum(["standardize", "gcn-zca"])
    .default("standardize")
    .describe("standardize: per-channel mean and deviation; gcn-zca: contrast normalisation of each image, then ZCA whitening"),
  flip: z
    .union([z.boolean(), z.literal("alternating")], { error: 'must be true, false or "alternating"' })
    .default(false)
    .describe("augment: mirror left to right, at random; alternating: in every other epoch, from the first or the second on by chance"),
  crop: z
    .int()
    .min(0)
    .max(SIDE - 1)
    .default(0)
    .describe("augment: shift at random by up to so many pixels each way, as padding by them and cropping does"),
  padding: z
    .enum(["zeros", "reflect"])
    .optional()
    .describe("augment: what crop pads with: zeros, or the image reflected at its border; zeros if absent"),
  cutout: z
    .int()
    .min(1)
    .max(2 * SIDE)
    .optional()
    .describe("augment: set a square of this side to zero, the mean colour, its centre anywhere in the image; none if absent"),
  trainRows: z.int().min(10).optional().describe("use only so many training images, of each class alike, the same for every seed"),
  testRows: z.int().min(10).optional().describe("use only so many test images, of each class alike, the same for every seed"),
});

export type Cifar10Options = z.output<typeof cifar10Options>;

/**
 * CIFAR-10: 32×32 colour photographs of ten classes. Images are [32, 32, 3].
 * @throws UserError for options that do not go together
 * @see Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009
 */
export function cifar10(options: Cifar10Options): Dataset {
  const { flip, crop, padding = "zeros", cutout = 0, cache = cacheFolder() } = options;
  if (options.padding !== undefined && crop === 0)
    throw new UserError(`cifar10: padding is "${padding}", but crop is 0, so nothing is padded. Set crop, or leave padding out.`);
  const place = choosePlace(options, cache);

  return {
    expected: { shape: SHAPE, classes: 10, moves: true },
    async load(load) {
      const source = await readSource(place, load);
      const classes = source.labels.length;
      const cut = ({ labels }: Images, name: "trainRows" | "testRows"): Int32Array => {
        const rows = Int32Array.from(labels.keys());
        const count = options[name] ?? rows.length;
        if (count > rows.length) throw new UserError(`cifar10: ${name} is ${count}, but there are only ${rows.length}. Lower it.`);
        return takeRows(labels, rows, count, { classes, random: createRandom(0, "cifar10", name) }).taken;
      };
      const all = cut(source.train, "trainRows");
      const test = cut(source.test, "testRows");
      const held = takeRows(source.train.labels, all, Math.round(load.validation * all.length), { classes, random: load.random });
      if (held.rest.length === 0) {
        throw new UserError(`cifar10: validation ${load.validation} of ${all.length} training images leaves none to train on. Lower it.`);
      }
      const { reader, preprocessing, facts } = await fitPreprocess(options.preprocess, source, held.rest, { cache, load });
      const augmentation = { flip, crop, padding, cutout };
      const train = { read: reader(source.train), ...augmentation };
      return {
        shape: SHAPE,
        labels: source.labels,
        train: makeSplit(source.train.labels, held.rest, train),
        ...(held.taken.length > 0 && { validation: makeSplit(source.train.labels, held.taken, train) }),
        test: makeSplit(source.test.labels, test, { read: reader(source.test), ...augmentation }),
        provenance: { dataset: "CIFAR-10", source: place.from, sha256: source.files, ...facts },
        preprocessing,
      };
    },
  };
}

function choosePlace({ data, url, source = data === undefined ? "sample" : "folder" }: Cifar10Options, cache: string): Place {
  if (url !== undefined && source !== "download") {
    throw new UserError(`cifar10: url is for source=download, but source is ${source}. Leave one of the two out.`);
  }
  if (source === "folder") {
    return { from: source, folder: data };
  }
  if (data !== undefined) {
    throw new UserError(`cifar10: source=${source} reads no folder, but data is "${data}". Leave one of the two out.`);
  }
  return source === "download" ? { from: source, cache, url } : { from: source };
}
