import type { Region } from "./crop.ts";
import type { Recipe } from "./recipe.ts";

/** Writes one picture's values [size, size, 3] into `into` from `at`. */
export type WriteValues = (
  pixels: Uint8Array,
  place: { readonly window: Region; readonly mirrored: boolean; readonly into: Float32Array; readonly at: number },
) => void;

/**
 * Creates the last step: from bytes [size, size, 3] in the order red, green, blue to `(x − mean) / deviation` in the order of the recipe's
 * channels, mirrored or not. A mean image is read at the crop's position, before mirroring, like Caffe.
 */
export function valueWriter({ size, resize, channels, mean, deviation }: Recipe): WriteValues {
  const source = channels === "rgb" ? [0, 1, 2] : [2, 1, 0];
  const image = mean.length > 3;
  // One value of each channel for each byte; a mean image also has one per position, and is subtracted separately.
  const tables = source.map((_, channel) => {
    const centre = image ? 0 : mean[channel]!;
    return Float32Array.from({ length: 256 }, (_, value) => (value - centre) / deviation[channel]!);
  });
  return (pixels, { window, mirrored, into, at }) => {
    for (let channel = 0; channel < 3; channel++) {
      const table = tables[channel]!;
      const scale = deviation[channel]!;
      const step = mirrored ? -3 : 3;
      for (let y = 0; y < size; y++) {
        let from = (y * size + (mirrored ? size - 1 : 0)) * 3 + source[channel]!;
        let to = at + y * size * 3 + channel;
        if (!image) {
          for (let x = 0; x < size; x++, from += step, to += 3) into[to] = table[pixels[from]!]!;
          continue;
        }
        let of = ((window.top + y) * resize + window.left + (mirrored ? size - 1 : 0)) * 3 + channel;
        for (let x = 0; x < size; x++, from += step, to += 3, of += step) into[to] = (pixels[from]! - mean[of]!) / scale;
      }
    }
  };
}
