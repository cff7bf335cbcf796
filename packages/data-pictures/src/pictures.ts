import { createHash } from "node:crypto";
import { type Dataset, type Preprocessing, UserError } from "@benn/core";
import { augmentationOf, cacheFolder, isFolder, loadInMemory, standardizeRows, watchLoading } from "@benn/data-kit";
import { checkMemory } from "./check-memory.ts";
import { DATASET } from "./dataset-name.ts";
import { decodeAll } from "./decode-all.ts";
import { duplicatesAcross } from "./duplicates-across.ts";
import { listParts } from "./list-parts.ts";
import type { PicturesOptions } from "./pictures-options.ts";
import { splitByClass } from "./split-by-class.ts";

/**
 * Your own pictures: a folder of JPEG, PNG or WebP files per class, with or without a test part. Images are [size, size, 3], decoded once
 * and held in memory.
 * @throws UserError for options that exclude one another
 */
export function pictures(options: PicturesOptions): Dataset {
  const { data, size, fit, testShare, onBroken, cache = cacheFolder(DATASET), trainRows, testRows } = options;
  const augmentation = augmentationOf(DATASET, options, size);
  return {
    locate: () => (data !== undefined && isFolder(data) ? data : undefined),
    async load(load) {
      if (data === undefined) throw new UserError(`${DATASET}: the folder of the pictures is not named. Name it with --data DIR.`);
      const watch = watchLoading(load);
      const listed = await listParts(data, watch);
      const { classes } = listed;
      const parts = [listed.train, ...(listed.test ? [listed.test] : [])];
      const labels = Int32Array.from(parts.flatMap((part) => [...part.labels]));
      const nameOf = (row: number): string =>
        row < listed.train.labels.length ? listed.train.name(row) : (listed.test?.name(row - listed.train.labels.length) ?? "");
      checkMemory(labels.length, size);
      const { pixels, broken } = await decodeAll(parts, { ...options, cache, watch });

      const sound = Int32Array.from(labels.keys()).filter((row) => !broken.has(row));
      const isTraining = (row: number): boolean => row < listed.train.labels.length;
      const ofParts = { train: sound.filter(isTraining), test: sound.filter((row) => !isTraining(row)) };
      refuseEmptied(labels, ofParts.train, classes, listed.test ? "training " : "");
      if (listed.test) refuseEmptied(labels, ofParts.test, classes, "test ");
      const split = listed.test ? ofParts : splitByClass(labels, sound, { classes, testShare });
      const images = { labels, pixels };
      const train = { ...images, rows: split.train };
      const shape = [size, size, 3] as const;
      const digestOf = (rows: Int32Array): string => digest(images, rows, 3 * size ** 2);
      const loaded = await loadInMemory(
        {
          dataset: DATASET,
          shape,
          labels: classes,
          train,
          test: { ...images, rows: split.test },
          trainRows,
          testRows,
          augmentation,
          provenance: {
            dataset: DATASET,
            sha256: { train: digestOf(split.train), test: digestOf(split.test) },
            train: split.train.length,
            test: split.test.length,
            size,
            fit,
            ...(listed.test ? {} : { testShare }),
            ...(broken.size > 0 && { broken: broken.size }),
          },
          fit: (rows) => {
            const fitted = standardizeRows(train, rows, shape);
            return { ...fitted, preprocessing: [...resizing(fit, size), ...fitted.preprocessing] };
          },
        },
        load,
      );
      const warnings = [
        ...listed.warnings,
        ...brokenWarning(broken, nameOf, onBroken),
        ...duplicatesAcross(pixels, split, { bytesEach: 3 * size ** 2, nameOf }),
      ];
      return { ...loaded, warnings };
    },
  };
}

/** How a picture of any size becomes one of the images. */
function resizing(fit: PicturesOptions["fit"], size: number): Preprocessing {
  return fit === "squash"
    ? [{ operation: "resize", size: [size, size] }]
    : [
        { operation: "resizeShorterSide", side: size },
        { operation: "centerCrop", size: [size, size] },
      ];
}

function digest({ labels, pixels }: { labels: Int32Array; pixels: Uint8Array }, rows: Int32Array, bytesEach: number): string {
  const hash = createHash("sha256");
  for (const row of rows) hash.update(pixels.subarray(row * bytesEach, (row + 1) * bytesEach)).update(`${labels[row]}`);
  return hash.digest("hex");
}

/** @throws UserError for a class without an intact picture */
function refuseEmptied(labels: Int32Array, rows: Int32Array, classes: readonly string[], part: string): void {
  const left = new Set(Array.from(rows, (row) => labels[row]));
  const emptied = classes.find((_, label) => !left.has(label));
  if (emptied === undefined) return;
  throw new UserError(`${DATASET}: all ${part}pictures of the class "${emptied}" are broken. Replace them, or remove the class.`);
}

function brokenWarning(
  broken: ReadonlyMap<number, string>,
  nameOf: (row: number) => string,
  onBroken: PicturesOptions["onBroken"],
): string[] {
  const [first] = broken;
  if (first === undefined || onBroken === "error") return [];
  return [`${DATASET}: ${broken.size} broken pictures are left out, such as "${nameOf(first[0])}": ${first[1]}.`];
}
