import type { LoadedDataset } from "@benn/core";

/** Converts images from network inputs back to pixels. */
export interface PicturePixels {
  /** Whether the pixels are the dataset's own; otherwise they are the network's inputs, stretched to the range of a picture. */
  readonly canUndo: boolean;
  /** @param image [height, width, channels] @returns the same as bytes */
  of(image: Float32Array): Uint8Array;
}

/**
 * Reverts a dataset's preprocessing for display: standardization and the order of channels. What cannot be reverted, mainly whitening, is
 * shown as the network's input.
 */
export function picturePixels({ shape, preprocessing }: Pick<LoadedDataset, "shape" | "preprocessing">): PicturePixels {
  const [, , channels] = shape;
  const standard = preprocessing.find(({ operation }) => operation === "standardize");
  const isReversed = preprocessing.some(({ operation }) => operation === "reverseChannels");
  const canUndo =
    preprocessing.every(({ operation }) => !["whiten", "contrastNormalize", "custom"].includes(operation)) && standard !== undefined;
  const of = (image: Float32Array): Uint8Array => {
    const values =
      canUndo && standard?.operation === "standardize"
        ? image.map((value, i) => value * standard.deviation[i % channels]! + standard.mean[i % standard.mean.length]!)
        : stretched(image);
    const turned = isReversed && channels === 3 ? values.map((_, i) => values[i + 2 - 2 * (i % 3)]!) : values;
    return Uint8Array.from(turned, (value) => Math.min(255, Math.max(0, Math.round(value))));
  };
  return { canUndo, of };
}

function stretched(image: Float32Array): Float32Array {
  let [low, high] = [Infinity, -Infinity];
  for (const value of image) [low, high] = [Math.min(low, value), Math.max(high, value)];
  const scale = high > low ? 255 / (high - low) : 0;
  return image.map((value) => (value - low) * scale);
}
