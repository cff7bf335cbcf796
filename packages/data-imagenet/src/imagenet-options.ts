import { z } from "@benn/core";
import { cutoutOption, flipOption, rowOptions } from "@benn/data-kit";

export const imagenetOptions = z.object({
  data: z.string().min(1).optional().describe("folder with the training and validation pictures; needed to load them"),
  source: z.enum(["folders", "lmdb", "shards"]).optional().describe("how they are stored; found out if not given"),
  train: z
    .string()
    .min(1)
    .optional()
    .describe("the training part, within data or a path of its own; train or ilsvrc12_train_lmdb if not given"),
  val: z.string().min(1).optional().describe("the validation part, which is the test set here; val or ilsvrc12_val_lmdb if not given"),
  valLabels: z
    .string()
    .min(1)
    .optional()
    .describe("labels of a flat folder of validation pictures, a line each; val.txt in data if not given"),
  classes: z.string().min(1).optional().describe("list of classes in label order, a line each, such as Caffe's synset_words.txt"),
  size: z.int().min(8).default(224).describe("side of the images, in pixels"),
  resize: z.int().min(8).default(256).describe("shorter side of a picture before it is cropped to size, in pixels"),
  fit: z.enum(["short-side", "squash"]).default("short-side").describe("squash: both sides become resize, as in Caffe's databases"),
  augment: z
    .enum(["resized-crop", "crop", "none"])
    .default("resized-crop")
    .describe("resized-crop: a part of random area and shape; crop: size out of the resized picture, anywhere"),
  flip: flipOption(true),
  minArea: z.number().gt(0).max(1).default(0.08).describe("least share of the area that resized-crop takes"),
  cutout: cutoutOption(),
  preprocess: z
    .enum(["standardize", "subtract-mean"])
    .default("standardize")
    .describe("standardize: torchvision's mean and deviation; subtract-mean: blue, green, red from 0 to 255 less a mean"),
  mean: z
    .string()
    .min(1)
    .optional()
    .describe("of subtract-mean: a mean image (.binaryproto, .npy) or three numbers, blue first; ImageNet's channel mean if not given"),
  ...rowOptions(2, { train: "training pictures", test: "validation pictures" }),
  threads: z.int().min(1).max(64).optional().describe("threads that decode; one less than the cores, at most 4, if not given"),
  onBroken: z
    .enum(["error", "skip"])
    .default("error")
    .describe("skip: use another picture of the class in place of a broken one, with a warning"),
  cache: z
    .string()
    .min(1)
    .optional()
    .describe("folder where indexes of databases and shards are kept; ~/.cache/benn/imagenet if not given"),
});

export type ImagenetOptions = z.output<typeof imagenetOptions>;
