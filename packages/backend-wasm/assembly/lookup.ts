// Counts differing signs by table lookup. Four channels of a pixel and four weights are four bits each: for each possible pixel nibble, a
// vector of sixteen bytes holds how many bits differ from each of the sixteen possible weight nibbles, and one swizzle picks from it the
// counts for sixteen filters.
//
// Pixels are processed in pairs, with the first one's counts in the low halves of the bytes and the second one's in the high halves. Three
// lookups, at most 12 in each half, are added before the halves are separated: this is a step. The sums of 21 steps fit a byte.

/** Bytes of the tables that `writeTables` writes. */
export const TABLES: i32 = 3 << 12;
/** Nibbles (groups of four channels) per step, and steps until the sums must be moved out of their bytes. */
export const STEP: i32 = 3;
export const MOST_STEPS: i32 = 21;

/**
 * Three tables of 256 vectors. The first is indexed by four signs of two pixels, the second one's in the high half of the index: counts of
 * both. The others are indexed by four signs of a pixel and, in the high half, a mask of those that count: the counts of a first, and of a
 * second pixel.
 */
export function writeTables(tables: usize): void {
  const weights = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  for (let code = 0; code < 256; code++) {
    const low = v128.xor(weights, i8x16.splat(<i8>(code & 15))),
      high = i8x16.splat(<i8>(code >> 4)),
      at = tables + ((<usize>code) << 4);
    const masked = i8x16.popcnt(v128.and(low, high));
    v128.store(at, v128.or(i8x16.popcnt(low), i8x16.shl(i8x16.popcnt(v128.xor(weights, high)), 4)));
    v128.store(at + 4096, masked);
    v128.store(at + 8192, i8x16.shl(masked, 4));
  }
}

/** Size of the codes of this many steps in bytes; `encode` may write slightly more than the codes. */
export function codeBytes(steps: i32): usize {
  return <usize>((steps * STEP + 31) & ~15);
}

/** Table indices: the low and high half of each byte of the bit row `a`, with those of `b` as their high halves. */
// @inline
export function encode(a: usize, b: usize, wordBytes: usize, bytes: usize, codes: usize): void {
  const half: u64 = 0x0f0f0f0f0f0f0f0f;
  let to = codes;
  for (let k: usize = 0; k < wordBytes; k += 8) {
    const x = load<u64>(a + k),
      y = load<u64>(b + k);
    const even = (x & half) | ((y & half) << 4),
      odd = ((x >> 4) & half) | (y & ~half);
    v128.store(to, i8x16.shuffle(i64x2.splat(even), i64x2.splat(odd), 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
    to += 16;
  }
  for (const end = codes + bytes; to < end; to += 16) v128.store(to, i8x16.splat(0));
}

// @inline
function lookUp(counts: v128, weights: usize, offset: usize): v128 {
  return ASC_FEATURE_RELAXED_SIMD
    ? i8x16.relaxed_swizzle(counts, v128.load(weights + offset))
    : i8x16.swizzle(counts, v128.load(weights + offset));
}

// @inline
function countsOf(masked: bool, tables: usize, code: usize, second: usize): v128 {
  if (!masked) return v128.load(tables + ((<usize>load<u8>(code)) << 4));
  return v128.or(v128.load(tables + ((<usize>load<u8>(code)) << 4), 4096), v128.load(tables + ((<usize>load<u8>(second)) << 4), 8192));
}

// @inline
function lookUpStep(t0: v128, t1: v128, t2: v128, weights: usize, offset: usize, width: usize): v128 {
  return i8x16.add(i8x16.add(lookUp(t0, weights, offset), lookUp(t1, weights, offset + width)), lookUp(t2, weights, offset + 2 * width));
}

// @inline
function addTo(sums: usize, more: v128, anew: bool): void {
  v128.store(sums, anew ? more : i16x8.add(v128.load(sums), more));
}

/**
 * `whole` is the sum of steps modulo 256; `high` is that of steps shifted right by four bits in lanes of 16, so that the byte above spills
 * its low half into the even bytes. Filters 0 to 7 are the even bytes, 8 to 15 the odd ones.
 */
// @inline
function takeOut(whole: v128, high: v128, sums: usize, anew: bool): void {
  const byte = i16x8.splat(255);
  const oddSecond = i16x8.shr_u(high, 8);
  const oddFirst = i16x8.shr_u(i16x8.sub(whole, i16x8.shl(oddSecond, 12)), 8);
  const evenSecond = v128.and(i16x8.sub(high, i16x8.shl(oddFirst, 4)), byte);
  addTo(sums, v128.and(i16x8.sub(whole, i16x8.shl(evenSecond, 4)), byte), anew);
  addTo(sums + 16, oddFirst, anew);
  addTo(sums + 128, evenSecond, anew);
  addTo(sums + 144, oddSecond, anew);
}

/**
 * The counts of a pair of pixels for `width` filters (16, 32 or 64) with weights [steps][3][width] bytes. Adds them to `sums` [2 pixels][64
 * filters] of 16 bits, or overwrites `sums` if `anew`. There may be several rows of `steps` steps, together at most MOST_STEPS. The codes
 * of a row are `stride` bytes behind those of the previous row; rows are a ring of `ring` rows.
 */
// @inline
export function countRows(
  masked: bool,
  anew: bool,
  width: usize,
  tables: usize,
  codes: usize,
  seconds: usize,
  stride: usize,
  slot: i32,
  ring: i32,
  rows: i32,
  steps: i32,
  weights: usize,
  sums: usize,
): void {
  const zero = i8x16.splat(0);
  let w0 = zero,
    w1 = zero,
    w2 = zero,
    w3 = zero,
    h0 = zero,
    h1 = zero,
    h2 = zero,
    h3 = zero;
  for (; rows > 0; rows--) {
    let p = codes + <usize>slot * stride,
      q = seconds;
    for (const end = p + <usize>(steps * STEP); p < end; p += STEP) {
      const t0 = countsOf(masked, tables, p, q),
        t1 = countsOf(masked, tables, p + 1, q + 1),
        t2 = countsOf(masked, tables, p + 2, q + 2);
      let s = lookUpStep(t0, t1, t2, weights, 0, width);
      w0 = i8x16.add(w0, s);
      h0 = i8x16.add(h0, i16x8.shr_u(s, 4));
      if (width > 16) {
        s = lookUpStep(t0, t1, t2, weights, 16, width);
        w1 = i8x16.add(w1, s);
        h1 = i8x16.add(h1, i16x8.shr_u(s, 4));
      }
      if (width > 32) {
        s = lookUpStep(t0, t1, t2, weights, 32, width);
        w2 = i8x16.add(w2, s);
        h2 = i8x16.add(h2, i16x8.shr_u(s, 4));
        s = lookUpStep(t0, t1, t2, weights, 48, width);
        w3 = i8x16.add(w3, s);
        h3 = i8x16.add(h3, i16x8.shr_u(s, 4));
      }
      weights += 3 * width;
      if (masked) q += STEP;
    }
    if (++slot == ring) slot = 0;
  }
  takeOut(w0, h0, sums, anew);
  if (width > 16) takeOut(w1, h1, sums + 32, anew);
  if (width > 32) {
    takeOut(w2, h2, sums + 64, anew);
    takeOut(w3, h3, sums + 96, anew);
  }
}

/** Adds the counts of one row, or of a part of it, to `sums`. */
// @inline
export function count(
  masked: bool,
  width: usize,
  tables: usize,
  codes: usize,
  seconds: usize,
  steps: i32,
  weights: usize,
  sums: usize,
): void {
  countRows(masked, false, width, tables, codes, seconds, 0, 0, 1, 1, steps, weights, sums);
}
