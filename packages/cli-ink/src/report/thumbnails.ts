import type { LoadedDataset, Split } from "@benn/core";
import type { Picture } from "@benn/report";
import sharp from "sharp";
import { picturePixels } from "./picture-pixels.ts";

/** Pixels of the longer side, at most: enough to see what is confused, and a page of many stays small. */
const MOST_PIXELS = 64;

/** Makes small pictures of rows. */
export interface Thumbnails {
  /** One a row, in their order. */
  of(split: Split, rows: readonly number[]): Promise<Picture[]>;
  /** What was done to show them, where the pixels cannot be had back. */
  readonly note: string | undefined;
}

/**
 * Small pictures of a data set's images, undoing what prepares them for the network: standardisation and the order of channels. What cannot be undone,
 * whitening above all, is shown as the network gets it, stretched to the range of a picture.
 */
export function thumbnailsOf({ shape, preprocessing }: LoadedDataset): Thumbnails {
  const [height, width, channels] = shape;
  const size = height * width * channels;
  const { canUndo, of: pixels } = picturePixels({ shape, preprocessing });
  return {
    note: canUndo
      ? undefined
      : "The images are shown as the networks get them, stretched to the range of a picture: what prepares them cannot be undone.",
    async of(split, rows) {
      if (rows.length === 0 || (channels !== 1 && channels !== 3)) return [];
      const images = await split.images(Int32Array.from(rows));
      const pictures: Picture[] = [];
      for (const [i, row] of rows.entries()) {
        const raw = { width, height, channels } as const;
        const webp = await sharp(pixels(images.subarray(i * size, (i + 1) * size)), { raw })
          .resize(MOST_PIXELS, MOST_PIXELS, { fit: "inside", withoutEnlargement: true })
          .webp({ quality: 82 })
          .toBuffer();
        pictures.push({ row, source: `data:image/webp;base64,${webp.toString("base64")}` });
      }
      return pictures;
    },
  };
}
