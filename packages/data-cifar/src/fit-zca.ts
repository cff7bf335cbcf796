import type { Tick } from "@benn/data-kit";
import { contrastNormalize } from "./contrast-normalize.ts";
import { covariance } from "./covariance.ts";
import { SIZE } from "./images.ts";
import { inverseSquareRoot } from "./inverse-square-root.ts";
import { rowStart } from "./packed-triangle.ts";

/** Added to every eigenvalue, so that directions with hardly any variance are not amplified; as in pylearn2. */
export const ZCA_RIDGE = 0.1;

export interface Zca {
  /** Mean of the contrast-normalized images [3072], in the order of [32, 32, 3]. */
  readonly mean: Float32Array;
  /** (C + 0.1 · I)^(−1/2), C their covariance: symmetric [3072, 3072]. */
  readonly matrix: Float32Array;
}

/**
 * Fits ZCA whitening on the contrast-normalized images of these rows.
 * @param pixels bytes [n, 3, 32, 32] in planes
 * @param ticks called with the progress of the covariance, in rows, and then of the root
 * @see Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009, appendix A
 */
export async function fitZca(
  pixels: Uint8Array,
  rows: Int32Array,
  ticks: { readonly covariance: Tick; readonly root: Tick },
): Promise<Zca> {
  const image = new Float32Array(SIZE);
  const sums = new Float64Array(SIZE);
  for (const row of rows) {
    contrastNormalize(pixels, row * SIZE, image, 0);
    for (let i = 0; i < SIZE; i++) sums[i]! += image[i]!;
  }
  const mean = Float32Array.from(sums, (sum) => sum / rows.length);
  const fill = (first: number, end: number, into: Float32Array): void => {
    for (let row = first; row < end; row++) {
      const at = (row - first) * SIZE;
      contrastNormalize(pixels, rows[row]! * SIZE, into, at);
      for (let i = 0; i < SIZE; i++) into[at + i]! -= mean[i]!;
    }
  };
  const triangle = await inverseSquareRoot(await covariance(rows.length, SIZE, fill, ticks.covariance), SIZE, ZCA_RIDGE, ticks.root);
  const matrix = new Float32Array(SIZE * SIZE);
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column <= row; column++) {
      matrix[row * SIZE + column] = matrix[column * SIZE + row] = triangle[rowStart(row) + column]!;
    }
  }
  return { mean, matrix };
}
