import type { Tick } from "@benn/data-kit";
import { rowStart } from "./packed-triangle.ts";
import { type Tridiagonal, tridiagonalize } from "./tridiagonalize.ts";
import { loadWhiteningKernels, type WhiteningKernels } from "./whitening-kernels.ts";

/** Measured share of the time that tridiagonalize takes. */
const REDUCTION = 0.4;

/**
 * (A + ridge · I)^(−1/2) of a symmetric matrix without negative eigenvalues, to about 1e−10.
 *
 * Eigenvectors are not needed: A = Q·T·Qᵀ with T tridiagonal, the root of T is a sum of inverses of tridiagonal matrices, and Q's
 * reflections transform it back. That takes a third of the time of an eigendecomposition followed by a product. It uses only additions,
 * multiplications, divisions and square roots in a fixed order, so every machine gets the same result.
 *
 * @param matrix rows of the lower triangle
 * @param tick called with the progress, `size` in total
 * @returns rows of the lower triangle
 */
export async function inverseSquareRoot(matrix: Float64Array, size: number, ridge: number, tick: Tick): Promise<Float64Array> {
  const kernels = await loadWhiteningKernels(8 * (2 * matrix.length + size));
  new Float64Array(kernels.memory).set(matrix);
  const root = new Float64Array(kernels.memory, 8 * matrix.length, matrix.length);
  const scratch = 8 * 2 * matrix.length;
  // An error of 2⁻³⁰ of the ridge in every row changes the result by less than float32 can represent.
  const negligible = ridge * 2 ** -30;
  const form = await tridiagonalize(kernels, size, { scratch, negligible }, (done, total) =>
    tick(Math.floor(REDUCTION * size * (done / total)), size),
  );
  addTridiagonalRoot(form, ridge, root);
  await reflectBack(kernels, form, { root, scratch }, (done, total) =>
    tick(Math.floor(size * (REDUCTION + (1 - REDUCTION) * (done / total))), size),
  );
  return root;
}

/**
 * (T + ridge · I)^(−1/2) = ln 2/π · Σ 2^(k/2) · (T + ridge · I + 2^k · I)⁻¹ over the whole numbers k: the integral
 * x^(−1/2) = 2/π · ∫ eᵘ / (x + e²ᵘ) du by the trapezoidal rule with step ln 2/2, whose error is 2·exp(−π²/step), below
 * 1e−12, at every x > 0.
 * @param root zeros, to which it is added
 * @see Hale, Higham and Trefethen, "Computing A^α, log(A), and related matrix functions by contour integrals", 2008
 */
function addTridiagonalRoot({ diagonal, below }: Tridiagonal, ridge: number, root: Float64Array): void {
  const size = diagonal.length;
  const trace = diagonal.reduce((sum, value) => sum + value, 0);
  // Terms beyond 35 octaves of √x contribute less than 1e−10 of the result.
  const first = Math.floor(Math.log2(ridge)) - 70;
  const last = Math.ceil(Math.log2(trace + ridge)) + 70;
  const down = new Float64Array(size); // pivots of elimination from the first row down
  const up = new Float64Array(size); // and from the last row up
  for (let k = first; k <= last; k++) {
    const weight = (Math.LN2 / Math.PI) * 2 ** Math.floor(k / 2) * (k % 2 === 0 ? 1 : Math.SQRT2);
    const shift = ridge + 2 ** k;
    const fromAbove = (i: number): number => (i > 0 ? below[i]! ** 2 / down[i - 1]! : 0);
    for (let i = 0; i < size; i++) down[i] = diagonal[i]! + shift - fromAbove(i);
    for (let i = size - 1; i >= 0; i--) up[i] = diagonal[i]! + shift - (i < size - 1 ? below[i + 1]! ** 2 / up[i + 1]! : 0);
    for (let i = 0; i < size; i++) {
      const at = rowStart(i);
      const own = 1 / (up[i]! - fromAbove(i));
      root[at + i]! += weight * own;
      let value = own;
      for (let j = i - 1; j >= 0; j--) {
        value *= -below[j + 1]! / down[j]!;
        if (Math.abs(value) < 1e-18 * own) break; // negligible, and soon a slow subnormal number
        root[at + j]! += weight * value;
      }
    }
  }
}

/** Number of reflections that are applied to a row while it is in the cache. */
const BLOCK = 16;

/** R ← H_{n−1} … H_1 · R · H_1 … H_{n−1}, in place. */
async function reflectBack(
  kernels: WhiteningKernels,
  { scales }: Tridiagonal,
  { root, scratch }: { readonly root: Float64Array; readonly scratch: number },
  tick: Tick,
): Promise<void> {
  const size = scales.length;
  // To a row i ≥ `reflection`, v applies in the first columns, and only from one side.
  const reflectRow = (reflection: number, i: number): void => {
    if (scales[reflection] === 0) return;
    kernels.reflectRow(root.byteOffset + 8 * rowStart(i), 8 * rowStart(reflection), reflection, scales[reflection]!);
  };
  for (let first = 1; first < size; first += BLOCK) {
    const end = Math.min(first + BLOCK, size);
    for (let own = first; own < end; own++) {
      if (scales[own] !== 0) kernels.reflect(root.byteOffset, 8 * rowStart(own), scratch, own, scales[own]!);
      for (let i = own; i < end; i++) reflectRow(own, i);
    }
    for (let i = end; i < size; i++) for (let own = first; own < end; own++) reflectRow(own, i);
    await tick(end, size);
  }
}
