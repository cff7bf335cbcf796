import type { LoadedDataset } from "@benn/core";

/** Makes pixels of images as networks get them. */
export interface PicturePixels {
  /** Whether the pixels are those of the data set; else they are what the network gets, stretched to the range of a picture. */
  readonly canUndo: boolean;
  /** @param image [height, width, channels] @returns the same as bytes */
  of(image: Float32Array): Uint8Array;
}

/**
 * Undoes what prepares a data set's images for the network: standardisation and the order of channels. What cannot be undone, whitening above all, is shown
 * as the network gets it.
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
