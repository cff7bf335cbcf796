import type { Tick } from "@benn/data-kit";
import { rowStart } from "./packed-triangle.ts";
import type { WhiteningKernels } from "./whitening-kernels.ts";

/** A = H_{n−1} … H_1 · T · H_1 … H_{n−1}, with T tridiagonal and H_i = I − scale_i · v_i·v_iᵀ. */
export interface Tridiagonal {
  /** Of T [n]. */
  readonly diagonal: Float64Array;
  /** T[i, i − 1] at i [n]; the first is 0. */
  readonly below: Float64Array;
  /** scale_i [n]; 0 if there is no reflection. v_i has i values and replaces row i of A before the diagonal. */
  readonly scales: Float64Array;
}

/**
 * Reduces a symmetric matrix to tridiagonal form by Householder reflections, from the last row up.
 * @param kernels whose memory begins with the rows of the matrix's lower triangle, which are overwritten with the vectors
 * @param scratch address of room for n values
 * @param negligible a row whose remainder has a norm up to this counts as tridiagonal already: a matrix of low rank is then finished after
 *   as many steps
 */
export async function tridiagonalize(
  kernels: WhiteningKernels,
  size: number,
  { scratch, negligible }: { readonly scratch: number; readonly negligible: number },
  tick: Tick,
): Promise<Tridiagonal> {
  const matrix = new Float64Array(kernels.memory, 0, rowStart(size));
  const below = new Float64Array(size);
  const scales = new Float64Array(size);
  for (let row = size - 1; row > 0; row--) {
    const v = matrix.subarray(rowStart(row), rowStart(row) + row);
    const pivot = v[row - 1]!;
    let rest = 0;
    for (let j = 0; j < row - 1; j++) rest += v[j]! * v[j]!;
    below[row] = pivot;
    if (rest <= negligible * negligible) continue;

    const norm = Math.sqrt(rest + pivot * pivot);
    const target = pivot > 0 ? -norm : norm; // the sign without cancellation
    v[row - 1] = pivot - target;
    below[row] = target;
    scales[row] = 2 / (rest + (pivot - target) ** 2);
    kernels.reflect(0, v.byteOffset, scratch, row, scales[row]!);
    if (row % 16 === 0) await tick(size ** 3 - row ** 3, size ** 3);
  }
  return { diagonal: Float64Array.from({ length: size }, (_, i) => matrix[rowStart(i) + i]!), below, scales };
}
