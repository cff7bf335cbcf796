// Filters of −1 and +1 in the layout that `binaryConv2d` reads. A filter is a row of bits like a patch: tap after tap, each ⌈C/8⌉ bytes,
// with bits that belong to no channel 0; here every four bits, a nibble, take one byte.
import { STEP, TABLES, writeTables } from "./lookup.ts";

/** Steps per patch. */
// @inline
export function stepsOf(taps: i32, c: i32): i32 {
  return (taps * ((c + 7) >> 3) * 2 + STEP - 1) / STEP;
}

/** Filters are counted in blocks of 64; the last block has 16, 32 or 64. */
// @inline
export function blockWidth(left: i32): i32 {
  return left > 32 ? 64 : left > 16 ? 32 : 16;
}

/** Number of filters, rounded up to sixteen. */
// @inline
export function paddedFilters(f: i32): i32 {
  return (f + 15) & ~15;
}

/** Offset of the factors in the output of `packFilters`. */
// @inline
export function factorsOffset(f: i32, taps: i32, c: i32): usize {
  const whole = f & ~63,
    filters = f > whole ? whole + blockWidth(f - whole) : f;
  return <usize>(TABLES + filters * stepsOf(taps, c) * STEP);
}

/** Size of the output of `packFilters` in bytes. */
// @callable
export function packedFilters(f: i32, taps: i32, c: i32): usize {
  return factorsOffset(f, taps, c) + ((<usize>(paddedFilters(f) * (taps + 2))) << 2);
}

/**
 * Writes the tables of lookup.ts; the kernel [taps, c, f] as [blocks of filters][nibbles][filters of the block], each sixteen filters in
 * the order 0, 8, 1, 9, 2 …; then the factor of each filter, the magnitude of its first weight times `factor`, and its bias, or 0; then,
 * tap by tap, the number of its positive weights. from … to are groups of four filters.
 */
// @callable
export function packFilters(
  from: i32,
  to: i32,
  scratch: usize,
  kernel: usize,
  taps: i32,
  c: i32,
  f: i32,
  factor: f32,
  bias: usize,
  packed: usize,
): void {
  if (from == 0) writeTables(packed);
  const steps = stepsOf(taps, c),
    bytes = (c + 7) >> 3,
    stride = (<usize>f) << 2,
    zero = f32x4.splat(0),
    filters = (<usize>paddedFilters(f)) << 2;
  const factors = packed + factorsOffset(f, taps, c),
    biases = factors + filters,
    counts = biases + filters;
  for (let g = from; g < to; g++) {
    const first = g << 2,
      block = first & ~63,
      width = blockWidth(f - block),
      within = first & 15,
      some = f - first;
    let to = packed + TABLES + <usize>(block * steps * STEP + (first - block - within) + ((within & 4) << 1) + (within >> 3));
    let p = kernel + ((<usize>first) << 2);
    for (let t = 0; t < taps; t++) {
      let positive = i32x4.splat(0);
      for (let k = 0; k < bytes << 1; k++) {
        let nibbles = i32x4.splat(0),
          bit = i32x4.splat(1);
        for (let left = min(4, c - 4 * k); left > 0; left--) {
          let w = zero;
          if (some >= 4) w = v128.load(p);
          else {
            w = v128.load32_zero(p);
            if (some > 1) w = v128.load_lane<f32>(p, w, 1, 4);
            if (some > 2) w = v128.load_lane<f32>(p, w, 2, 8);
          }
          const above = f32x4.gt(w, zero);
          nibbles = v128.or(nibbles, v128.and(above, bit));
          positive = i32x4.sub(positive, above);
          bit = i32x4.shl(bit, 1);
          p += stride;
        }
        v128.store_lane<u8>(to, nibbles, 0);
        v128.store_lane<u8>(to, nibbles, 4, 2);
        v128.store_lane<u8>(to, nibbles, 8, 4);
        v128.store_lane<u8>(to, nibbles, 12, 6);
        to += width;
      }
      v128.store(counts + <usize>t * filters + ((<usize>g) << 4), f32x4.convert_i32x4_s(positive));
    }
    for (let k = taps * bytes * 2; k < steps * STEP; k++) {
      store<u8>(to, 0);
      store<u8>(to, 0, 2);
      store<u8>(to, 0, 4);
      store<u8>(to, 0, 6);
      to += width;
    }
    for (let i = 0; i < 4; i++) {
      const o = first + i,
        at = (<usize>o) << 2;
      store<f32>(factors + at, o < f ? abs<f32>(load<f32>(kernel + at)) * factor : 0);
      store<f32>(biases + at, o < f && bias ? load<f32>(bias + at) : 0);
    }
  }
}
