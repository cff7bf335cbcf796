import { createHash } from "node:crypto";
import { type Dataset, type Preprocessing, UserError } from "@benn/core";
import { cacheFolder, checkPictureLibrary, holdOut, takeFixedRows, usualThreads, watchLoading } from "@benn/data-kit";
import { centre } from "./decode/crop.ts";
import { openDecoder } from "./decode/open-decoder.ts";
import type { Recipe } from "./decode/recipe.ts";
import type { ImagenetOptions } from "./imagenet-options.ts";
import { locateImagenet } from "./locate-imagenet.ts";
import { makeSplit, type SplitOptions } from "./make-split.ts";
import { readMean } from "./mean-image.ts";
import { readClassList } from "./sources/class-list.ts";
import { openSource } from "./sources/open-source.ts";
import type { Pictures, Source } from "./sources/pictures.ts";

/** For pixels from 0 to 1, red, green, blue, over ImageNet's training set: the values of torchvision's models. */
const TORCHVISION = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const;
/** For pixels from 0 to 255, blue, green, red: the mean over Caffe's mean image of ImageNet. */
const CAFFE_MEAN = [104.00698793, 116.66876762, 122.67891434] as const;

/**
 * ImageNet and datasets stored like it: folders of pictures by class, Caffe's LMDB, or WebDataset shards. Images are [size, size, 3]. Only
 * an index of about 20 to 30 bytes per picture is held in memory; pictures are decoded in threads.
 * @see Russakovsky et al., "ImageNet Large Scale Visual Recognition Challenge", 2015
 */
export function imagenet(options: ImagenetOptions): Dataset {
  const { size, resize, preprocess, onBroken } = options;
  if (size > resize)
    throw new UserError(`imagenet: size is ${size}, but pictures are cut from ${resize} pixels. Raise resize or lower size.`);
  if (options.mean !== undefined && preprocess !== "subtract-mean") {
    throw new UserError(`imagenet: preprocess=${preprocess} takes no mean, but mean is "${options.mean}". Set preprocess=subtract-mean.`);
  }

  return {
    expected: { shape: [size, size, 3], classes: 1000, moves: false },
    locate: () => locateImagenet(options),
    async load(load) {
      const { data } = options;
      if (data === undefined) {
        const found = locateImagenet({});
        throw new UserError(
          `imagenet: the folder of its pictures is not named. Name it with --data DIR${found === undefined ? "" : ` (there is one at "${found}")`}.`,
        );
      }
      const { flip, cutout = 0 } = options;
      const recipe = { ...options, flip: flip !== false, ...constantsOf(options) } satisfies Recipe;
      if (recipe.mean.length > 3 && options.augment === "resized-crop") {
        throw new UserError("imagenet: augment=resized-crop has no place in a mean image. Set augment=crop, or give a channel mean.");
      }
      const classes = options.classes === undefined ? undefined : readClassList(options.classes);
      const source = await openSource({
        data,
        source: options.source,
        train: options.train,
        val: options.val,
        valLabels: options.valLabels,
        classes,
        cache: options.cache ?? cacheFolder("imagenet"),
        watch: watchLoading(load),
      });
      if (source.kind !== "lmdb") await checkPictureLibrary("imagenet");

      const subject = { dataset: "imagenet", classes: source.labels.length };
      const all = takeFixedRows(source.train, options.trainRows, { ...subject, name: "trainRows" });
      const test = takeFixedRows(source.test, options.testRows, { ...subject, name: "testRows" });
      const held = holdOut(source.train.labels, all, load, subject);

      const pool = openDecoder(recipe, options.threads ?? usualThreads());
      const reading: SplitOptions = {
        pool,
        augments: flip !== false || options.augment !== "none",
        alternates: flip === "alternating",
        cutout,
        size,
        onBroken,
        onSkip: warn,
      };
      return {
        shape: [size, size, 3],
        labels: source.labels,
        train: makeSplit(source.train, held.rest, reading),
        ...(held.taken.length > 0 && { validation: makeSplit(source.train, held.taken, reading) }),
        test: makeSplit(source.test, test, reading),
        provenance: provenanceOf(source, recipe, preprocess),
        preprocessing: preprocessingOf(recipe),
        ...(source.warnings && { warnings: source.warnings }),
        dispose: () => void pool.dispose(),
      };
    },
  };
}

function constantsOf({ preprocess, mean, resize }: ImagenetOptions): Pick<Recipe, "channels" | "mean" | "deviation"> {
  if (preprocess === "standardize") {
    const of255 = (values: readonly number[]): Float32Array => Float32Array.from(values, (value) => 255 * value);
    return { channels: "rgb", mean: of255(TORCHVISION.mean), deviation: of255(TORCHVISION.deviation) };
  }
  const centre = mean === undefined ? Float32Array.from(CAFFE_MEAN) : readMean(mean, resize);
  return { channels: "bgr", mean: centre, deviation: Float32Array.of(1, 1, 1) };
}

/** What evaluation does to a picture. */
function preprocessingOf(recipe: Recipe): Preprocessing {
  const { fit, resize, size, channels, deviation } = recipe;
  return [
    fit === "squash" ? { operation: "resize", size: [resize, resize] } : { operation: "resizeShorterSide", side: resize },
    { operation: "centerCrop", size: [size, size] },
    ...(channels === "bgr" ? [{ operation: "reverseChannels" } as const] : []),
    { operation: "standardize", mean: meanOfMiddle(recipe), deviation },
  ];
}

/** The mean that evaluation subtracts: [3], or the centre [size, size, 3] of a mean image. */
function meanOfMiddle({ mean, size, resize }: Recipe): Float32Array {
  if (mean.length === 3) return mean;
  const { left, top } = centre(resize, resize, { width: size, height: size });
  const rows = Array.from({ length: size }, (_, y) =>
    mean.subarray(3 * ((top + y) * resize + left), 3 * ((top + y) * resize + left + size)),
  );
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

function warn(name: string, reason: string): void {
  process.emitWarning(`imagenet: "${name}" is broken: ${reason}. Another picture of its class is used instead.`, "BrokenPicture");
}

function provenanceOf(source: Source, recipe: Recipe, preprocess: string): Readonly<Record<string, unknown>> {
  const digest = ({ index }: Pictures): string => {
    const hash = createHash("sha256");
    for (const { buffer, byteOffset, byteLength } of index) hash.update(new Uint8Array(buffer, byteOffset, byteLength));
    return hash.digest("hex");
  };
  return {
    dataset: "ImageNet",
    source: source.kind,
    train: source.train.labels.length,
    test: source.test.labels.length,
    // Of the names or positions and labels: this does not read a hundred gigabytes of pictures.
    indexSha256: { train: digest(source.train), test: digest(source.test) },
    preprocess,
    channels: recipe.channels,
    ...(recipe.mean.length === 3 ? { mean: [...recipe.mean] } : { mean: `image of ${recipe.resize}×${recipe.resize}` }),
    deviation: [...recipe.deviation],
    size: recipe.size,
    resize: recipe.resize,
    fit: recipe.fit,
  };
}
