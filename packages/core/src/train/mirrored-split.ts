import type { LoadedDataset, Split } from "../dataset.ts";
import { MOVE_NUMBERS, moveImages } from "../moves.ts";

/** The rows of a split, each image mirrored left to right after preprocessing, without augmentation. */
export function mirroredSplit(split: Split, shape: LoadedDataset["shape"]): Split {
  return {
    labels: split.labels,
    async images(rows) {
      const values = Int32Array.from({ length: MOVE_NUMBERS * rows.length }, (_, i) => Number(i % MOVE_NUMBERS === 0));
      return moveImages(await split.images(rows), shape, { values, padding: "zeros" });
    },
    prefetch: (rows) => split.prefetch?.(rows),
  };
}
