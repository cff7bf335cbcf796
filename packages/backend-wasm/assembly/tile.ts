// The innermost loop of every matrix product: kc products are added to a tile of 4 rows by 12 (or 8) columns of C, held in registers. A is
// packed as [kc][4], B as [kc][12] (or [kc][8]), so both are read sequentially.
import { madd, splatAt } from "./simd.ts";

/** Width of a panel of B for n columns: 12 or 8, whichever wastes fewer columns. */
export function panelWidth(n: i32): i32 {
  return ((n + 11) / 12) * 12 <= ((n + 7) & ~7) ? 12 : 8;
}

/** a·b + c with one rounding if `fused` and the engine supports it, else with two. */
// @inline
function step(fused: bool, a: v128, b: v128, c: v128): v128 {
  return fused ? madd(a, b, c) : f32x4.add(c, f32x4.mul(a, b));
}

// @inline
function put(c: usize, offset: usize, value: v128, accumulate: bool): void {
  v128.store(c + offset, accumulate ? f32x4.add(value, v128.load(c + offset)) : value);
}

/** Moves the first rows and columns of a tile from the spill area to C. */
function spillOut(spill: usize, width: i32, c: usize, ldc: usize, accumulate: bool, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const p = c + <usize>i * ldc + ((<usize>j) << 2);
      const value = load<f32>(spill + ((<usize>(i * width + j)) << 2));
      store<f32>(p, accumulate ? value + load<f32>(p) : value);
    }
  }
}

// @inline
function products12(
  fused: bool,
  kc: i32,
  a: usize,
  b: usize,
  c: usize,
  ldc: usize,
  accumulate: bool,
  rows: i32,
  columns: i32,
  spill: usize,
): void {
  let c00 = f32x4.splat(0),
    c01 = c00,
    c02 = c00;
  let c10 = c00,
    c11 = c00,
    c12 = c00;
  let c20 = c00,
    c21 = c00,
    c22 = c00;
  let c30 = c00,
    c31 = c00,
    c32 = c00;
  for (let k = kc; k > 0; k -= 2) {
    let b0 = v128.load(b),
      b1 = v128.load(b, 16),
      b2 = v128.load(b, 32);
    let x = splatAt(a);
    c00 = step(fused, x, b0, c00);
    c01 = step(fused, x, b1, c01);
    c02 = step(fused, x, b2, c02);
    x = splatAt(a + 4);
    c10 = step(fused, x, b0, c10);
    c11 = step(fused, x, b1, c11);
    c12 = step(fused, x, b2, c12);
    x = splatAt(a + 8);
    c20 = step(fused, x, b0, c20);
    c21 = step(fused, x, b1, c21);
    c22 = step(fused, x, b2, c22);
    x = splatAt(a + 12);
    c30 = step(fused, x, b0, c30);
    c31 = step(fused, x, b1, c31);
    c32 = step(fused, x, b2, c32);
    b0 = v128.load(b, 48);
    b1 = v128.load(b, 64);
    b2 = v128.load(b, 80);
    x = splatAt(a + 16);
    c00 = step(fused, x, b0, c00);
    c01 = step(fused, x, b1, c01);
    c02 = step(fused, x, b2, c02);
    x = splatAt(a + 20);
    c10 = step(fused, x, b0, c10);
    c11 = step(fused, x, b1, c11);
    c12 = step(fused, x, b2, c12);
    x = splatAt(a + 24);
    c20 = step(fused, x, b0, c20);
    c21 = step(fused, x, b1, c21);
    c22 = step(fused, x, b2, c22);
    x = splatAt(a + 28);
    c30 = step(fused, x, b0, c30);
    c31 = step(fused, x, b1, c31);
    c32 = step(fused, x, b2, c32);
    a += 32;
    b += 96;
  }
  const whole = rows == 4 && columns == 12;
  const to = whole ? c : spill,
    ld = whole ? ldc : 48,
    add = whole && accumulate;
  put(to, 0, c00, add);
  put(to, 16, c01, add);
  put(to, 32, c02, add);
  put(to, ld, c10, add);
  put(to, ld + 16, c11, add);
  put(to, ld + 32, c12, add);
  put(to, 2 * ld, c20, add);
  put(to, 2 * ld + 16, c21, add);
  put(to, 2 * ld + 32, c22, add);
  put(to, 3 * ld, c30, add);
  put(to, 3 * ld + 16, c31, add);
  put(to, 3 * ld + 32, c32, add);
  if (!whole) spillOut(spill, 12, c, ldc, accumulate, rows, columns);
}

function tile12(kc: i32, a: usize, b: usize, c: usize, ldc: usize, accumulate: bool, rows: i32, columns: i32, spill: usize): void {
  products12(true, kc, a, b, c, ldc, accumulate, rows, columns, spill);
}

function roundedTile12(kc: i32, a: usize, b: usize, c: usize, ldc: usize, accumulate: bool, rows: i32, columns: i32, spill: usize): void {
  products12(false, kc, a, b, c, ldc, accumulate, rows, columns, spill);
}

// @inline
function products8(
  fused: bool,
  kc: i32,
  a: usize,
  b: usize,
  c: usize,
  ldc: usize,
  accumulate: bool,
  rows: i32,
  columns: i32,
  spill: usize,
): void {
  let c00 = f32x4.splat(0),
    c01 = c00;
  let c10 = c00,
    c11 = c00;
  let c20 = c00,
    c21 = c00;
  let c30 = c00,
    c31 = c00;
  for (let k = kc; k > 0; k -= 2) {
    let b0 = v128.load(b),
      b1 = v128.load(b, 16);
    let x = splatAt(a);
    c00 = step(fused, x, b0, c00);
    c01 = step(fused, x, b1, c01);
    x = splatAt(a + 4);
    c10 = step(fused, x, b0, c10);
    c11 = step(fused, x, b1, c11);
    x = splatAt(a + 8);
    c20 = step(fused, x, b0, c20);
    c21 = step(fused, x, b1, c21);
    x = splatAt(a + 12);
    c30 = step(fused, x, b0, c30);
    c31 = step(fused, x, b1, c31);
    b0 = v128.load(b, 32);
    b1 = v128.load(b, 48);
    x = splatAt(a + 16);
    c00 = step(fused, x, b0, c00);
    c01 = step(fused, x, b1, c01);
    x = splatAt(a + 20);
    c10 = step(fused, x, b0, c10);
    c11 = step(fused, x, b1, c11);
    x = splatAt(a + 24);
    c20 = step(fused, x, b0, c20);
    c21 = step(fused, x, b1, c21);
    x = splatAt(a + 28);
    c30 = step(fused, x, b0, c30);
    c31 = step(fused, x, b1, c31);
    a += 32;
    b += 64;
  }
  const whole = rows == 4 && columns == 8;
  const to = whole ? c : spill,
    ld = whole ? ldc : 32,
    add = whole && accumulate;
  put(to, 0, c00, add);
  put(to, 16, c01, add);
  put(to, ld, c10, add);
  put(to, ld + 16, c11, add);
  put(to, 2 * ld, c20, add);
  put(to, 2 * ld + 16, c21, add);
  put(to, 3 * ld, c30, add);
  put(to, 3 * ld + 16, c31, add);
  if (!whole) spillOut(spill, 8, c, ldc, accumulate, rows, columns);
}

function tile8(kc: i32, a: usize, b: usize, c: usize, ldc: usize, accumulate: bool, rows: i32, columns: i32, spill: usize): void {
  products8(true, kc, a, b, c, ldc, accumulate, rows, columns, spill);
}

function roundedTile8(kc: i32, a: usize, b: usize, c: usize, ldc: usize, accumulate: bool, rows: i32, columns: i32, spill: usize): void {
  products8(false, kc, a, b, c, ldc, accumulate, rows, columns, spill);
}

/**
 * C[rows, n] (+)= A·B for packed A (panels of 4 rows) and packed B (panels of `width` columns), kc even. `spill` is 192 bytes for tiles at
 * ragged edges. Unless `fused`, every product is rounded before it is added, with the same result on every machine.
 */
export function multiplyPanels(
  kc: i32,
  a: usize,
  rows: i32,
  b: usize,
  n: i32,
  width: i32,
  c: usize,
  ldc: usize,
  accumulate: bool,
  spill: usize,
  fused: bool,
): void {
  const aPanel = (<usize>kc) << 4,
    bPanel = (<usize>(kc * width)) << 2;
  for (let j = 0; j < n; j += width) {
    const columns = min(width, n - j);
    let pa = a,
      pc = c + ((<usize>j) << 2);
    for (let i = 0; i < rows; i += 4) {
      const tall = min(4, rows - i);
      if (width == 12) {
        if (fused) tile12(kc, pa, b, pc, ldc, accumulate, tall, columns, spill);
        else roundedTile12(kc, pa, b, pc, ldc, accumulate, tall, columns, spill);
      } else {
        if (fused) tile8(kc, pa, b, pc, ldc, accumulate, tall, columns, spill);
        else roundedTile8(kc, pa, b, pc, ldc, accumulate, tall, columns, spill);
      }
      pa += aPanel;
      pc += ldc << 2;
    }
    b += bPanel;
  }
}

/**
 * Packs `rows` rows of B, element (r, j) at src + r·rowStride + j·columnStride bytes, into panels of `width` columns; panel p starts at dst
 * + p·panelStride. Columns beyond n become 0.
 */
export function packB(
  src: usize,
  rows: i32,
  n: i32,
  rowStride: usize,
  columnStride: usize,
  width: i32,
  dst: usize,
  panelStride: usize,
): void {
  for (let j = 0; j < n; j += width) {
    const columns = min(width, n - j);
    let d = dst;
    let row = src + <usize>j * columnStride;
    if (columnStride == 4 && columns == width) {
      for (let r = 0; r < rows; r++) {
        v128.store(d, v128.load(row));
        v128.store(d, v128.load(row, 16), 16);
        if (width == 12) v128.store(d, v128.load(row, 32), 32);
        d += (<usize>width) << 2;
        row += rowStride;
      }
    } else {
      for (let r = 0; r < rows; r++) {
        let p = row;
        for (let i = 0; i < width; i++) {
          store<f32>(d, i < columns ? load<f32>(p) : 0);
          p += columnStride;
          d += 4;
        }
        row += rowStride;
      }
    }
    dst += panelStride;
  }
}

/** Makes the number of packed rows even with a row of zeros, which adds nothing to any product. */
export function evenB(kc: i32, n: i32, width: i32, dst: usize, panelStride: usize): void {
  if (!(kc & 1)) return;
  for (let j = 0; j < n; j += width) {
    memory.fill(dst + ((<usize>(kc * width)) << 2), 0, (<usize>width) << 2);
    dst += panelStride;
  }
}
