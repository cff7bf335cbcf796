import type { ImageReader, Images } from "@benn/data-kit";
import { contrastNormalize } from "./contrast-normalize.ts";
import type { Zca } from "./fit-zca.ts";
import { SIZE } from "./images.ts";
import { loadWhiteningKernels } from "./whitening-kernels.ts";

/** Images whitened at once. */
const BATCH = 64;

/**
 * Whitens images on demand and caches the results: each takes nine million multiplications, and most are read again in every epoch. A value
 * depends on its image alone, not on those it is read with: with z the contrast-normalized image minus the mean, it is
 * `Σ z[i] · matrix[i, j]` from i = 0 up, each product and each sum rounded to float32.
 */
export async function createWhitener({ mean, matrix }: Zca): Promise<(images: Images) => ImageReader> {
  const [flat, whitened] = [SIZE * SIZE, SIZE * SIZE + BATCH * SIZE];
  const kernels = await loadWhiteningKernels(4 * (whitened + BATCH * SIZE));
  const floats = new Float32Array(kernels.memory);
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++) {
      floats[((column >> 3) * SIZE + row) * 8 + (column & 7)] = matrix[row * SIZE + column]!;
    }
  }

  return ({ labels, pixels }) => {
    if (!(pixels instanceof Uint8Array)) throw new Error("only bytes are whitened");
    const kept = new Float32Array(labels.length * SIZE); // takes memory only where it is written
    const isKept = new Uint8Array(labels.length);
    const whiten = (rows: Int32Array): void => {
      for (const [place, row] of rows.entries()) {
        const at = flat + place * SIZE;
        contrastNormalize(pixels, row * SIZE, floats, at);
        for (let i = 0; i < SIZE; i++) floats[at + i]! -= mean[i]!;
      }
      const count = Math.ceil(rows.length / 4) * 4; // those past the end are from an earlier call, and ignored
      kernels.multiply(4 * flat, 4 * SIZE, 4, 0, 4 * whitened, 4 * SIZE, count, SIZE, SIZE);
      for (const [place, row] of rows.entries()) {
        kept.set(floats.subarray(whitened + place * SIZE, whitened + (place + 1) * SIZE), row * SIZE);
        isKept[row] = 1;
      }
    };
    return (rows, into) => {
      const fresh = Int32Array.from(new Set(rows.filter((row) => isKept[row] === 0)));
      for (let first = 0; first < fresh.length; first += BATCH) whiten(fresh.subarray(first, first + BATCH));
      for (const [place, row] of rows.entries()) into.set(kept.subarray(row * SIZE, (row + 1) * SIZE), place * SIZE);
    };
  };
}
