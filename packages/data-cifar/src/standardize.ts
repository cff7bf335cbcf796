import { type Images, PLANE, SIZE } from "./images.ts";
import type { ImageReader } from "./make-split.ts";

/** Per-channel mean and deviation of raw pixels (0–255), and the function that takes them away. */
export interface Standardization {
  /** [3]: red, green, blue. */
  readonly mean: Float32Array;
  /** [3]: the square root of the variance over all pixels of a channel (divided by their number). */
  readonly deviation: Float32Array;
  readonly reader: (images: Images) => ImageReader;
}

/**
 * Fits per-channel standardisation on the given rows: `(x − mean[channel]) / deviation[channel]`, x from 0 to 255, computed
 * in float64 and rounded to float32 once. A channel without variation keeps its deviation at 1.
 * @param pixels bytes [n, 3, 32, 32] in planes
 */
export function fitStandardize(pixels: Uint8Array, rows: Int32Array): Standardization {
  const mean = new Float32Array(3);
  const deviation = new Float32Array(3);
  const table = new Float32Array(3 * 256);
  for (let channel = 0; channel < 3; channel++) {
    // Counting the 256 values makes mean and variance exact, whatever the number of rows.
    const counts = new Float64Array(256);
    for (const row of rows) {
      const from = row * SIZE + channel * PLANE;
      for (let at = from; at < from + PLANE; at++) counts[pixels[at]!]!++;
    }
    const n = rows.length * PLANE;
    const average = counts.reduce((sum, count, value) => sum + count * value, 0) / n;
    const variance = counts.reduce((sum, count, value) => sum + count * (value - average) ** 2, 0) / n;
    // Rounded to the float32 that is stored, so that another runtime computes the same.
    const centre = Math.fround(average);
    const scale = Math.fround(Math.sqrt(variance) || 1);
    mean[channel] = centre;
    deviation[channel] = scale;
    for (let value = 0; value < 256; value++) table[channel * 256 + value] = (value - centre) / scale;
  }
  const reader = ({ pixels: source }: Images): ImageReader => {
    return (wanted, into) => {
      for (const [place, row] of wanted.entries()) {
        const [from, to] = [row * SIZE, place * SIZE];
        for (let at = 0; at < PLANE; at++) {
          into[to + at * 3] = table[source[from + at]!]!;
          into[to + at * 3 + 1] = table[256 + source[from + PLANE + at]!]!;
          into[to + at * 3 + 2] = table[512 + source[from + 2 * PLANE + at]!]!;
        }
      }
    };
  };
  return { mean, deviation, reader };
}
