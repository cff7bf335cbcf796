import type { Tick } from "@benn/data-kit";
import { rowStart } from "./packed-triangle.ts";
import { loadWhiteningKernels } from "./whitening-kernels.ts";

/** Rows that are summed at once: few enough for the cache. */
const CHUNK = 64;

/**
 * `Σ x·xᵀ / count` over `count` rows x of `size` values, as the rows of the lower triangle. In float64: with float32 errors, a few rows
 * would seem to span every direction.
 * @param size a multiple of 4
 * @param fill writes the rows from `first` to before `end` into `into`, [end − first, size]; they should have mean 0
 */
export async function covariance(
  count: number,
  size: number,
  fill: (first: number, end: number, into: Float32Array) => void,
  tick: Tick,
): Promise<Float64Array> {
  const rows = new Float32Array(CHUNK * size);
  const kernels = await loadWhiteningKernels(8 * (rows.length + size * size));
  const panels = new Float64Array(kernels.memory, 0, rows.length);
  const sums = new Float64Array(kernels.memory, 8 * rows.length, size * size);
  for (let first = 0; first < count; first += CHUNK) {
    const steps = Math.min(CHUNK, count - first);
    fill(first, first + steps, rows);
    for (let step = 0; step < steps; step++) {
      for (let column = 0; column < size; column++) {
        panels[((column >> 2) * steps + step) * 4 + (column & 3)] = rows[step * size + column]!;
      }
    }
    kernels.addGram(0, sums.byteOffset, size, steps);
    await tick(first + steps, count);
  }
  const triangle = new Float64Array(rowStart(size));
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) triangle[rowStart(row) + column] = sums[row * size + column]! / count;
  }
  return triangle;
}
