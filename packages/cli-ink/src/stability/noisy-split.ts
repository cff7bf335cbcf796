import type { Noise } from "@benn/analysis";
import { type LoadedDataset, type Preprocessing, type Split, UserError } from "@benn/core";
import { createRandom } from "@benn/core/internals";

/**
 * A split with normal noise added to its images, the same for each row whatever else is requested: all members of an ensemble see the same
 * image. Nothing is clipped. Noise of another deviation is the same noise, scaled.
 * @param deviation per channel [channels], or of all channels [1], in the units of the preprocessed image
 * @param draw index of the noise
 */
export function noisySplit(
  split: Split,
  [height, width, channels]: LoadedDataset["shape"],
  { deviation, seed, draw }: { readonly deviation: readonly number[]; readonly seed: number; readonly draw: number },
): Split {
  const size = height * width * channels;
  return {
    labels: split.labels,
    async images(rows) {
      const images = Float32Array.from(await split.images(rows));
      for (const [i, row] of rows.entries()) {
        const random = createRandom(seed, "image noise", draw, row);
        for (let at = i * size; at < (i + 1) * size; at++) images[at]! += deviation[at % deviation.length]! * random.normal();
      }
      return images;
    },
    prefetch: (rows) => split.prefetch?.(rows),
  };
}

/**
 * The deviation of a noise in the units of the preprocessed image, per channel or of all channels.
 * @throws UserError if pixels have no fixed scale there
 */
export function preparedDeviation({ level, unit }: Noise, preprocessing: Preprocessing): readonly number[] {
  if (unit !== "pixels") return [level];
  const standard = preprocessing.find(({ operation }) => operation === "standardize");
  const isPlain = preprocessing.every(({ operation }) => !["contrastNormalize", "whiten", "custom"].includes(operation));
  if (standard?.operation === "standardize" && isPlain) return Array.from(standard.deviation, (deviation) => level / deviation);
  throw new UserError(
    `--images ${level}px: what prepares this run's pictures is not standardisation alone, so that a pixel has no fixed size for the network. ` +
      `Give the deviation of the picture as the network gets it, for example --images 0.1.`,
  );
}
