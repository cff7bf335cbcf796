// Convolution of ±1 by ±1 without a popcount: the counts of four channels against each of the sixteen possible groups of four weights are
// sixteen bytes, one vector, and one swizzle looks up those of sixteen filters.
//
// Pixels are processed in pairs. A code holds four channels of both, the first pixel's in its low half; there are 256 codes and a vector of
// counts for each, with the first pixel's count in the low half of a byte and the second's in the high half. Three of them add up to at
// most 12 per half. A step is three codes: their sum s is added to `whole`, and s shifted by four bits to `high`, both modulo 256 and
// including what spills over from the neighbouring byte. After at most 21 steps the true sums, below 256, are recovered from the two; see
// `untangle`.
//
// A kernel is [blocks of 64 filters, or 32 at the end][kw][kh][steps of a tap][3][filters of the block], one byte for four weights.

import { gather, wordsOf } from "./binary-conv.ts";

/** Pairs per tile: all but the first of them read the kernel from the near cache. */
const TILE = 16;
/** Number of steps of at most 12 that fit a byte. */
const MOST_STEPS = 21;

// @inline
function lookUpCounts(counts: v128, weights: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? i8x16.relaxed_swizzle(counts, weights) : i8x16.swizzle(counts, weights);
}

// @inline
function nibbles(pixel: usize): v128 {
  if (!pixel) return i8x16.splat(0);
  const x = v128.load64_zero(pixel),
    low = i8x16.splat(15),
    even = v128.and(x, low),
    odd = v128.and(i16x8.shr_u(x, 4), low);
  return i8x16.shuffle(even, odd, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

/** `bytes` codes of the pixels at a and b, each of `words` words, or 0 for a pixel of zeros. Writes up to 15 bytes too many. */
function encode(a: usize, b: usize, words: i32, bytes: usize, to: usize): void {
  for (let k = (<usize>words) << 4; k < bytes; k += 16) v128.store(to + k, i8x16.splat(0));
  for (; words > 0; words--) {
    v128.store(to, v128.or(nibbles(a), i16x8.shl(nibbles(b), 4)));
    a += a ? 8 : 0;
    b += b ? 8 : 0;
    to += 16;
  }
}

// Results of `untangle`: counts of the first pixels and of the second.
let ones: v128 = i8x16.splat(0),
  twos: v128 = i8x16.splat(0);

/**
 * With A and B the counts of the first and second pixel in each byte: whole = A + 16·B, and high of an odd byte is B, of an even one B +
 * 16·(A of the odd byte above it), all modulo 256.
 */
// @inline
function untangle(whole: v128, high: v128): void {
  const odd = i16x8.splat(<i16>0xff00);
  const above = v128.and(i8x16.sub(whole, i16x8.shl(v128.and(high, odd), 4)), odd);
  twos = i8x16.sub(high, v128.andnot(i16x8.shr_u(above, 4), odd));
  ones = i8x16.sub(whole, v128.and(i16x8.shl(twos, 4), i8x16.splat(<i8>0xf0)));
}

// @inline
function addUp(whole: v128, high: v128, sums: usize): void {
  untangle(whole, high);
  v128.store(sums, i16x8.add(v128.load(sums), i16x8.extend_low_i8x16_u(ones)));
  v128.store(sums, i16x8.add(v128.load(sums, 16), i16x8.extend_high_i8x16_u(ones)), 16);
  v128.store(sums, i16x8.add(v128.load(sums, 128), i16x8.extend_low_i8x16_u(twos)), 128);
  v128.store(sums, i16x8.add(v128.load(sums, 144), i16x8.extend_high_i8x16_u(twos)), 144);
}

/**
 * Adds the counts of a pair for 64 filters, or 32, to sums [2 pixels][64] i16.
 * @param rowBytes distance from the codes of a tap to those of the one below
 * @param taps times steps is at most 21
 */
// @inline
function count(wide: bool, codes: usize, rowBytes: usize, taps: i32, steps: i32, kernel: usize, counts: usize, sums: usize): void {
  const zero = i8x16.splat(0);
  let w0 = zero,
    w1 = zero,
    w2 = zero,
    w3 = zero,
    h0 = zero,
    h1 = zero,
    h2 = zero,
    h3 = zero,
    s = zero;
  for (; taps > 0; taps--) {
    let code = codes;
    for (const end = code + <usize>(steps * 3); code < end; code += 3) {
      const t0 = v128.load(counts + ((<usize>load<u8>(code)) << 4)),
        t1 = v128.load(counts + ((<usize>load<u8>(code, 1)) << 4)),
        t2 = v128.load(counts + ((<usize>load<u8>(code, 2)) << 4));
      if (wide) {
        s = i8x16.add(
          i8x16.add(lookUpCounts(t0, v128.load(kernel)), lookUpCounts(t1, v128.load(kernel, 64))),
          lookUpCounts(t2, v128.load(kernel, 128)),
        );
        w0 = i8x16.add(w0, s);
        h0 = i8x16.add(h0, i16x8.shr_u(s, 4));
        s = i8x16.add(
          i8x16.add(lookUpCounts(t0, v128.load(kernel, 16)), lookUpCounts(t1, v128.load(kernel, 80))),
          lookUpCounts(t2, v128.load(kernel, 144)),
        );
        w1 = i8x16.add(w1, s);
        h1 = i8x16.add(h1, i16x8.shr_u(s, 4));
        s = i8x16.add(
          i8x16.add(lookUpCounts(t0, v128.load(kernel, 32)), lookUpCounts(t1, v128.load(kernel, 96))),
          lookUpCounts(t2, v128.load(kernel, 160)),
        );
        w2 = i8x16.add(w2, s);
        h2 = i8x16.add(h2, i16x8.shr_u(s, 4));
        s = i8x16.add(
          i8x16.add(lookUpCounts(t0, v128.load(kernel, 48)), lookUpCounts(t1, v128.load(kernel, 112))),
          lookUpCounts(t2, v128.load(kernel, 176)),
        );
        w3 = i8x16.add(w3, s);
        h3 = i8x16.add(h3, i16x8.shr_u(s, 4));
        kernel += 192;
      } else {
        s = i8x16.add(
          i8x16.add(lookUpCounts(t0, v128.load(kernel)), lookUpCounts(t1, v128.load(kernel, 32))),
          lookUpCounts(t2, v128.load(kernel, 64)),
        );
        w0 = i8x16.add(w0, s);
        h0 = i8x16.add(h0, i16x8.shr_u(s, 4));
        s = i8x16.add(
          i8x16.add(lookUpCounts(t0, v128.load(kernel, 16)), lookUpCounts(t1, v128.load(kernel, 48))),
          lookUpCounts(t2, v128.load(kernel, 80)),
        );
        w1 = i8x16.add(w1, s);
        h1 = i8x16.add(h1, i16x8.shr_u(s, 4));
        kernel += 96;
      }
    }
    codes += rowBytes;
  }
  addUp(w0, h0, sums);
  addUp(w1, h1, sums + 32);
  if (wide) {
    addUp(w2, h2, sums + 64);
    addUp(w3, h3, sums + 96);
  }
}

function countWide(codes: usize, rowBytes: usize, taps: i32, steps: i32, kernel: usize, counts: usize, sums: usize): void {
  count(true, codes, rowBytes, taps, steps, kernel, counts, sums);
}

function countNarrow(codes: usize, rowBytes: usize, taps: i32, steps: i32, kernel: usize, counts: usize, sums: usize): void {
  count(false, codes, rowBytes, taps, steps, kernel, counts, sums);
}

/** Bits `count < limit` of a pixel, XOR `flip`, for a block's filters; a narrow block is followed by half a word of zeros. */
function finishBits(sums: usize, limits: usize, flip: usize, wide: bool, y: usize): void {
  for (let k: usize = 0, end: usize = wide ? 8 : 4; k < end; k += 2) {
    const low = i16x8.gt_s(v128.load(limits), v128.load(sums)),
      high = i16x8.gt_s(v128.load(limits, 16), v128.load(sums, 16));
    store<u16>(y + k, <u16>i8x16.bitmask(i8x16.narrow_i16x8_s(low, high)) ^ load<u16>(flip + k));
    limits += 32;
    sums += 32;
  }
  if (!wide) store<u32>(y, 0, 4);
}

/**
 * float32(base − 2·count)·scale, then + bias (unless 0), of a pixel for `many` filters; by mode unchanged (0), as max(0, ·) (1), or added
 * to y (2).
 */
function finishFloats(sums: usize, bases: usize, scale: usize, bias: usize, mode: i32, many: i32, y: usize): void {
  for (; many > 0; many -= 4) {
    const sum = i32x4.sub(v128.load(bases), i32x4.shl(v128.load16x4_u(sums), 1));
    let v = f32x4.mul(f32x4.convert_i32x4_s(sum), v128.load(scale));
    if (bias) {
      v = f32x4.add(v, v128.load(bias));
      bias += 16;
    }
    if (mode) v = mode == 1 ? f32x4.pmax(f32x4.splat(0), v) : f32x4.add(v128.load(y), v);
    if (many >= 4) v128.store(y, v);
    else {
      v128.store_lane<f32>(y, v, 0);
      if (many > 1) v128.store_lane<f32>(y, v, 1, 4);
      if (many > 2) v128.store_lane<f32>(y, v, 2, 8);
    }
    sums += 8;
    bases += 16;
    scale += 16;
    y += 16;
  }
}

/**
 * Bits `count < limit`, each XOR `flips`, y [oh, ow, words of f]; or floats as from `finishFloats`, y [oh, ow, f]. Taps that are outside
 * for both pixels of a pair are not counted; those outside for one count as bits of 0.
 * @param merged whether the taps of a patch are joined into one row of bits, as if it were one tap of kh·kw·c channels
 * @param counts [256] vectors, see above
 * @param tables for each class of pixels: limits [f padded to 32] i16, or bases i32 if `scale` is not 0
 * @param classes u32 byte offsets into the tables, for each output row and then for each output column
 * @param scratch of `tableScratch` bytes
 */
export function tableConv(
  x: usize,
  h: i32,
  w: i32,
  c: i32,
  kernel: usize,
  kh: i32,
  kw: i32,
  f: i32,
  oh: i32,
  ow: i32,
  sh: i32,
  sw: i32,
  top: i32,
  left: i32,
  merged: bool,
  counts: usize,
  tables: usize,
  classes: usize,
  flips: usize,
  scale: usize,
  bias: usize,
  mode: i32,
  y: usize,
  scratch: usize,
): void {
  const direct = kh == 1 && kw == 1 && sh == 1 && sw == 1 && top == 0 && left == 0 && oh == h && ow == w;
  const tapBits = merged ? kh * kw * c : c,
    tapWords = wordsOf(tapBits),
    pixelBytes = (<usize>wordsOf(c)) << 3;
  const steps = (((tapBits + 3) >> 2) + 2) / 3,
    bytes = <usize>(steps * 3);
  const width = direct ? oh * ow : ow,
    height = direct ? 1 : oh,
    pairs = (width + 1) >> 1;
  const sums = scratch,
    codes = scratch + TILE * 256;

  // The codes: of pairs, or of input pixels sw apart in every row of the map.
  const across = direct || merged ? pairs : (pairs - 1) * 2 * sw + kw,
    pairBytes = direct || merged ? bytes : <usize>(2 * sw) * bytes;
  let to = codes;
  if (direct) {
    for (let p = 0; p < width; p += 2) {
      const a = x + <usize>p * pixelBytes;
      encode(a, p + 1 < width ? a + pixelBytes : 0, tapWords, bytes, to);
      to += bytes;
    }
  } else if (merged) {
    const one = to + <usize>(height * pairs) * bytes + 64,
      two = one + ((<usize>tapWords) << 3);
    for (let r = 0; r < oh; r++) {
      for (let q = 0; q < ow; q += 2) {
        gather(x, h, w, c, kh, kw, r * sh - top, q * sw - left, one);
        gather(x, h, w, c, kh, kw, r * sh - top, (q + 1) * sw - left, two);
        encode(one, two, tapWords, bytes, to);
        to += bytes;
      }
    }
  } else {
    for (let r = 0; r < h; r++) {
      const row = x + <usize>(r * w) * pixelBytes;
      for (let i = -left; i < across - left; i++) {
        const a = <u32>i < <u32>w ? row + <usize>i * pixelBytes : 0,
          b = <u32>(i + sw) < <u32>w ? row + <usize>(i + sw) * pixelBytes : 0;
        encode(a, b, tapWords, bytes, to);
        to += bytes;
      }
    }
  }

  const single = direct || merged,
    tapsDown = single ? 1 : kh,
    tapsAcross = single ? 1 : kw,
    rowBytes = <usize>across * bytes;
  const outBytes = scale ? (<usize>f) << 2 : (<usize>wordsOf(f)) << 3;
  const most = max(1, MOST_STEPS / steps);
  for (let r = 0; r < height; r++) {
    const from = single ? 0 : max(0, top - r * sh),
      end = single ? 1 : min(kh, h + top - r * sh),
      codeRow = single ? r : r * sh - top;
    for (let p0 = 0; p0 < pairs; p0 += TILE) {
      const tile = min(TILE, pairs - p0);
      let block = kernel;
      for (let f0 = 0; f0 < f; f0 += 64) {
        const wide = f - f0 > 32,
          stepBytes: usize = wide ? 192 : 96,
          tapBytes = stepBytes * steps;
        memory.fill(sums, 0, (<usize>tile) << 8);
        for (let v = 0; v < tapsAcross; v++) {
          for (let u = from; u < end; u += most) {
            const taps = min(most, end - u);
            for (let s0 = 0; s0 < steps; s0 += MOST_STEPS) {
              const some = min(MOST_STEPS, steps - s0);
              const weights = block + <usize>(v * tapsDown + u) * tapBytes + <usize>s0 * stepBytes;
              const begin = codes + <usize>(codeRow + u) * rowBytes + <usize>v * bytes + <usize>(s0 * 3);
              for (let i = 0; i < tile; i++) {
                const p = p0 + i;
                if (!single) {
                  const column = p * 2 * sw + v - left;
                  if (<u32>column >= <u32>w && (p * 2 + 1 >= ow || <u32>(column + sw) >= <u32>w)) continue;
                }
                const at = begin + <usize>p * pairBytes,
                  own = sums + ((<usize>i) << 8);
                if (wide) countWide(at, rowBytes, taps, some, weights, counts, own);
                else countNarrow(at, rowBytes, taps, some, weights, counts, own);
              }
            }
          }
        }
        for (let i = 0; i < tile; i++) {
          for (let k = 0; k < 2; k++) {
            const q = (p0 + i) * 2 + k;
            if (q >= width) break;
            const own = sums + ((<usize>(i * 2 + k)) << 7),
              at = y + <usize>(r * width + q) * outBytes;
            const table = tables + load<u32>(classes + ((<usize>r) << 2)) + load<u32>(classes + ((<usize>(oh + (direct ? 0 : q))) << 2));
            if (scale)
              finishFloats(
                own,
                table + ((<usize>f0) << 2),
                scale + ((<usize>f0) << 2),
                bias ? bias + ((<usize>f0) << 2) : 0,
                mode,
                min(64, f - f0),
                at + ((<usize>f0) << 2),
              );
            else finishBits(own, table + ((<usize>f0) << 1), flips + (<usize>f0 >> 3), wide, at + (<usize>f0 >> 3));
          }
        }
        block += tapBytes * <usize>(tapsDown * tapsAcross);
      }
    }
  }
}
