// Matrix products with arbitrary strides, so that transposed operands need no copy.
import { MATMUL_BLOCK } from "../src/constants/sum-blocks.ts";
import { evenB, multiplyPanels, packB, panelWidth } from "./tile.ts";

const KC: i32 = MATMUL_BLOCK,
  MC: i32 = 64;

function packA(src: usize, rows: i32, kc: i32, rowStride: usize, columnStride: usize, dst: usize): void {
  const padded = (kc + 1) & ~1;
  for (let i = 0; i < rows; i += 4) {
    const m = min(4, rows - i);
    if (m < 4 || padded != kc) memory.fill(dst, 0, (<usize>padded) << 4);
    for (let r = 0; r < m; r++) {
      let p = src + <usize>(i + r) * rowStride,
        d = dst + ((<usize>r) << 2);
      for (let k = 0; k < kc; k++) {
        store<f32>(d, load<f32>(p));
        p += columnStride;
        d += 16;
      }
    }
    dst += (<usize>padded) << 4;
  }
}

/** Size of the packed B, and of the scratch memory of each thread, in bytes. */
// @callable
export function matmulPacked(n: i32, k: i32): usize {
  const width = panelWidth(n);
  return (<usize>(((n + width - 1) / width) * width * (k + 1))) << 2;
}

// @callable
export function matmulScratch(): usize {
  return 192 + ((<usize>(MC * KC)) << 2);
}

/** Packs B[k, n], strides in bytes, for `matmul`. */
// @callable
export function packMatrix(b: usize, bRow: usize, bColumn: usize, n: i32, k: i32, block: usize): void {
  const width = panelWidth(n),
    columns = ((n + width - 1) / width) * width;
  for (let k0 = 0; k0 < k; k0 += KC) {
    const kc = min(KC, k - k0),
      padded = (kc + 1) & ~1,
      panel = (<usize>(padded * width)) << 2;
    packB(b + <usize>k0 * bRow, kc, n, bRow, bColumn, width, block, panel);
    evenB(kc, n, width, block, panel);
    block += (<usize>(padded * columns)) << 2;
  }
}

/** C[from..to, n] = A[m, k]·B packed; A's strides in bytes, C dense. */
// @callable
export function matmul(
  from: i32,
  to: i32,
  scratch: usize,
  a: usize,
  aRow: usize,
  aColumn: usize,
  packedB: usize,
  c: usize,
  n: i32,
  k: i32,
  fused: bool,
): void {
  const width = panelWidth(n),
    columns = ((n + width - 1) / width) * width;
  const packedA = scratch + 192,
    ldc = (<usize>n) << 2;
  for (let i = from; i < to; i += MC) {
    const rows = min(MC, to - i);
    let block = packedB;
    for (let k0 = 0; k0 < k; k0 += KC) {
      const kc = min(KC, k - k0),
        padded = (kc + 1) & ~1;
      packA(a + <usize>i * aRow + <usize>k0 * aColumn, rows, kc, aRow, aColumn, packedA);
      multiplyPanels(padded, packedA, rows, block, n, width, c + <usize>i * ldc, ldc, k0 > 0, scratch, fused);
      block += (<usize>(padded * columns)) << 2;
    }
  }
}
