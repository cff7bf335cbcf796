import type { LoadedDataset } from "@benn/core";
import type { ImageReader } from "./make-split.ts";

/** Per-channel mean and deviation of raw pixels (0–255), and the function that standardizes by them. */
export interface Standardization {
  /** [channels] */
  readonly mean: Float32Array;
  /** [channels]: the square root of the variance over all pixels of a channel (divided by their number). */
  readonly deviation: Float32Array;
  readonly reader: (images: { readonly pixels: Uint8Array | Float32Array }) => ImageReader;
}

/**
 * Fits per-channel standardization on the given rows: `(x − mean[channel]) / deviation[channel]`, x from 0 to 255, computed in float64 and
 * rounded to float32 once. A channel without variation gets deviation 1.
 * @param pixels bytes [n, height, width, channels]; with `planes` [n, channels, height, width]
 */
export function fitStandardize(
  pixels: Uint8Array,
  rows: Int32Array,
  [height, width, channels]: LoadedDataset["shape"],
  { planes = false }: { readonly planes?: boolean } = {},
): Standardization {
  const plane = height * width;
  const size = channels * plane;
  /** Distance from one pixel to the next, and from one channel to the next. */
  const [step, jump] = planes ? [1, plane] : [channels, 1];
  const mean = new Float32Array(channels);
  const deviation = new Float32Array(channels);
  const table = new Float32Array(channels * 256);
  for (let channel = 0; channel < channels; channel++) {
    // Counting the 256 values makes mean and variance exact, whatever the number of rows.
    const counts = new Float64Array(256);
    for (const row of rows) {
      const from = row * size + channel * jump;
      for (let i = 0; i < plane; i++) counts[pixels[from + i * step]!]!++;
    }
    const n = rows.length * plane;
    const average = counts.reduce((sum, count, value) => sum + count * value, 0) / n;
    const variance = counts.reduce((sum, count, value) => sum + count * (value - average) ** 2, 0) / n;
    // Rounded to the stored float32, so that another runtime computes the same.
    const centre = Math.fround(average);
    const scale = Math.fround(Math.sqrt(variance) || 1);
    mean[channel] = centre;
    deviation[channel] = scale;
    for (let value = 0; value < 256; value++) table[channel * 256 + value] = (value - centre) / scale;
  }
  const reader = ({ pixels: source }: { readonly pixels: Uint8Array | Float32Array }): ImageReader => {
    return (wanted, into) => {
      for (const [place, row] of wanted.entries()) {
        for (let channel = 0; channel < channels; channel++) {
          const [from, to] = [row * size + channel * jump, place * size + channel];
          for (let i = 0; i < plane; i++) into[to + i * channels] = table[channel * 256 + source[from + i * step]!]!;
        }
      }
    };
  };
  return { mean, deviation, reader };
}
