import { rowStart } from "./packed-triangle.ts";
import type { Tick } from "./tick.ts";
import { loadWhiteningKernels } from "./whitening-kernels.ts";

/** Rows whose products are summed in float32 before they go to float64. */
const CHUNK = 128;

/**
 * `Σ x·xᵀ / count` over `count` rows x of `size` values, as the rows of the lower triangle. Products are summed in float32
 * over 128 rows at a time, and these sums in float64.
 * @param size a multiple of 8
 * @param fill writes the rows from `first` to before `end` into `into`, [end − first, size]; they should have mean 0
 */
export async function covariance(
  count: number,
  size: number,
  fill: (first: number, end: number, into: Float32Array) => void,
  tick: Tick,
): Promise<Float64Array> {
  const out = CHUNK * size;
  const kernels = await loadWhiteningKernels(4 * (out + 8 * size));
  const floats = new Float32Array(kernels.memory);
  const rows = new Float32Array(CHUNK * size);
  const sums = new Float64Array(rowStart(size));
  for (let first = 0; first < count; first += CHUNK) {
    const steps = Math.min(CHUNK, count - first);
    fill(first, first + steps, rows);
    for (let step = 0; step < steps; step++) {
      for (let column = 0; column < size; column++) {
        floats[((column >> 3) * steps + step) * 8 + (column & 7)] = rows[step * size + column]!;
      }
    }
    for (let row = 0; row < size; row += 8) {
      // A panel of 8 columns of X is at once 8 rows of Xᵀ, one float apart.
      kernels.multiply(4 * row * steps, 4, 4 * 8, 0, 4 * out, 4 * size, 8, row + 8, steps);
      for (let own = row; own < row + 8; own++) {
        const [from, to] = [out + (own - row) * size, rowStart(own)];
        for (let column = 0; column <= own; column++) sums[to + column]! += floats[from + column]!;
      }
    }
    await tick(first + steps, count);
  }
  return sums.map((sum) => sum / count);
}
