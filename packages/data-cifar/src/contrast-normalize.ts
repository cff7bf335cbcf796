import { PLANE, SIZE } from "./images.ts";

/** Norm of a normalized image: 55, as for Maxout networks and Network in Network, is nearly 1 per value. */
export const GCN_SCALE = 55;

/**
 * Global contrast normalization: an image minus its mean over all values, scaled to the norm `GCN_SCALE`; an image of a single value
 * becomes zeros. Sums are exact, then float64, and each result is rounded to float32 once.
 * @param pixels bytes in planes; those of the image start at `from`
 * @param into receives [32, 32, 3], row by row, from `at` on
 * @see Goodfellow et al., "Maxout Networks", 2013, section 5.2; Coates, Lee and Ng, 2011
 */
export function contrastNormalize(pixels: Uint8Array, from: number, into: Float32Array, at: number): void {
  let sum = 0;
  let squares = 0;
  for (let i = from; i < from + SIZE; i++) {
    const value = pixels[i]!;
    sum += value;
    squares += value * value;
  }
  const mean = sum / SIZE;
  const norm = Math.sqrt((SIZE * squares - sum * sum) / SIZE);
  const gain = norm === 0 ? 1 : GCN_SCALE / norm;
  for (let place = 0; place < PLANE; place++) {
    for (let channel = 0; channel < 3; channel++) {
      into[at + place * 3 + channel] = (pixels[from + channel * PLANE + place]! - mean) * gain;
    }
  }
}
