import type { LoadedDataset, Split } from "@benn/core";
import type { Picture } from "@benn/report";
import type Sharp from "sharp";
import { installCommand, isAbsent } from "../optional-package.ts";
import { picturePixels } from "./picture-pixels.ts";

/** Maximum length of the longer side in pixels: enough to see what is confused, and small on a page of many pictures. */
const MOST_PIXELS = 64;

/** Makes thumbnails of rows. */
export interface Thumbnails {
  /** One per row, in order. */
  of(split: Split, rows: readonly number[]): Promise<Picture[]>;
  /** A note on how they are shown, if the original pixels cannot be recovered; or why there are none. */
  readonly note: string | undefined;
}

/**
 * Thumbnails of a dataset's images, with standardization and the order of channels reverted. What cannot be reverted, mainly whitening, is
 * shown as the network's input, stretched to the range of a picture.
 */
export async function thumbnailsOf({ shape, preprocessing }: LoadedDataset): Promise<Thumbnails> {
  const library = await pictureLibrary();
  if (!library) return { note: `The images are left out: sharp is not installed (${installCommand("sharp")}).`, of: async () => [] };
  const { default: sharp } = library;
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

async function pictureLibrary(): Promise<{ readonly default: typeof Sharp } | undefined> {
  try {
    return await import("sharp");
  } catch (error) {
    if (isAbsent(error, "sharp")) return undefined;
    throw error;
  }
}
