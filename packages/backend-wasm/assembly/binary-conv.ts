// Convolution of −1, 0, +1 with a kernel of −1, +1, by XNOR and counting. A patch is a row of bits, tap after tap, each tap ⌈C/8⌉ bytes,
// padded to whole 64-bit words; so is each filter. Bits that belong to no channel are 0 in both.
import {
  CHANNELS,
  FILTERS,
  HEIGHT,
  KERNEL_HEIGHT,
  KERNEL_WIDTH,
  LEFT,
  OUT_HEIGHT,
  OUT_WIDTH,
  STRIDE_HEIGHT,
  STRIDE_WIDTH,
  TOP,
  WIDTH,
} from "../src/constants/geometry.ts";
import { blockWidth, factorsOffset, paddedFilters, stepsOf } from "./binary-filters.ts";
import { codeBytes, count, encode, MOST_STEPS, STEP, TABLES } from "./lookup.ts";

/** Pairs of pixels that are multiplied with one block of the filters before the next block is read. */
const TILE: i32 = 16;
/** Number of steps whose sums fit 16 bits. */
const MOST_SUMMED: i32 = MOST_STEPS * 260;

/** 64-bit words per patch. */
// @inline
function wordsOf(taps: i32, c: i32): i32 {
  return (taps * ((c + 7) >> 3) + 7) >> 3;
}

// @inline
function copyLoosely(dst: usize, src: usize, bytes: i32): void {
  for (let i = 0; i < bytes; i += 8) store<u64>(dst + i, load<u64>(src + i));
}

// @inline
function fillLoosely(dst: usize, value: u64, bytes: i32): void {
  for (let i = 0; i < bytes; i += 8) store<u64>(dst + i, value);
}

/**
 * Gathers the patch with its corner at (row, column) of the bit image at `image` into one row, with zeros outside the image. Parts are
 * written from first to last, each up to 7 bytes too far, which the next part overwrites.
 */
function gather(image: usize, row: i32, column: i32, h: i32, w: i32, bytes: i32, kh: i32, kw: i32, words: i32, dst: usize): void {
  const v0 = min(kw, max(0, -column)),
    v1 = max(v0, min(kw, w - column));
  const before = v0 * bytes,
    inside = (v1 - v0) * bytes,
    after = (kw - v1) * bytes;
  let d = dst;
  for (let u = 0; u < kh; u++) {
    if (<u32>(row + u) >= <u32>h) fillLoosely(d, 0, kw * bytes);
    else {
      if (before) fillLoosely(d, 0, before);
      copyLoosely(d + before, image + <usize>((row + u) * w + column + v0) * bytes, inside);
      if (after) fillLoosely(d + before + inside, 0, after);
    }
    d += kw * bytes;
  }
  const rest = (kh * kw * bytes) & 7;
  if (rest) {
    const last = dst + ((<usize>(words - 1)) << 3);
    store<u64>(last, load<u64>(last) & (<u64>-1 >> <u64>(64 - 8 * rest)));
  }
}

/** Number of set bits in a row. */
// @inline
function countBits(row: usize, wordBytes: usize): i32 {
  let n: i64 = 0;
  for (let k: usize = 0; k < wordBytes; k += 8) n += popcnt(load<i64>(row + k));
  return <i32>n;
}

function countWhole(width: i32, tables: usize, codes: usize, steps: i32, weights: usize, sums: usize): void {
  if (width == 64) count(false, 64, tables, codes, codes, steps, weights, sums);
  else if (width == 32) count(false, 32, tables, codes, codes, steps, weights, sums);
  else count(false, 16, tables, codes, codes, steps, weights, sums);
}

function countMasked(width: i32, tables: usize, codes: usize, seconds: usize, steps: i32, weights: usize, sums: usize): void {
  if (width == 64) count(true, 64, tables, codes, seconds, steps, weights, sums);
  else if (width == 32) count(true, 32, tables, codes, seconds, steps, weights, sums);
  else count(true, 16, tables, codes, seconds, steps, weights, sums);
}

/** Adds the 16-bit sums to the 32-bit sums at `carried`, and resets them to 0. */
function carry(sums: usize, bytes: usize, carried: usize): void {
  for (let k: usize = 0; k < bytes; k += 8) {
    const at = carried + (k << 1);
    v128.store(at, i32x4.add(v128.load(at), v128.load16x4_u(sums + k)));
  }
  memory.fill(sums, 0, bytes);
}

/** y[f] = (n − 2·sums + extra)·factor + bias, at least `least`, for `many` filters. */
// @inline
export function emit(
  n: i32,
  sums: usize,
  carried: usize,
  extra: usize,
  factor: usize,
  bias: usize,
  least: v128,
  many: i32,
  y: usize,
): void {
  const all = i32x4.splat(n);
  for (; many > 0; many -= 4) {
    let sum = v128.load16x4_u(sums);
    if (carried) {
      sum = i32x4.add(sum, v128.load(carried));
      carried += 16;
    }
    const exact = f32x4.add(f32x4.convert_i32x4_s(i32x4.sub(all, i32x4.shl(sum, 1))), v128.load(extra));
    const value = f32x4.max(f32x4.add(f32x4.mul(exact, v128.load(factor)), v128.load(bias)), least);
    if (many >= 4) v128.store(y, value);
    else {
      v128.store_lane<f32>(y, value, 0);
      if (many > 1) v128.store_lane<f32>(y, value, 1, 4);
      if (many > 2) v128.store_lane<f32>(y, value, 2, 8);
    }
    sums += 8;
    extra += 16;
    factor += 16;
    bias += 16;
    y += 16;
  }
}

// Per pixel of a tile: the ranges of rows and columns of its patch that are inside the image, as two halves of a word; the range of rows
// counted for its pair; how many values are inside; where its `extra` is stored; and, in the first pixel of a pair, the range of steps.
const PIXEL_BYTES: i32 = 32;

// @inline
function range(from: i32, to: i32): i32 {
  return from | (to << 16);
}

/**
 * extra[f] = twice the number of the filter's positive weights under those taps of the counted rows from … to that are outside the rows u0
 * … u1 and columns v0 … v1 inside the image: the zero bits there would count as −1.
 */
export function overhang(counts: usize, bytes: usize, kw: i32, from: i32, to: i32, u0: i32, u1: i32, v0: i32, v1: i32, extra: usize): void {
  memory.fill(extra, 0, bytes);
  for (let u = from; u < to; u++) {
    for (let v = 0; v < kw; v++) {
      if (u >= u0 && u < u1 && v >= v0 && v < v1) continue;
      const p = counts + <usize>(u * kw + v) * bytes;
      for (let j: usize = 0; j < bytes; j += 16) v128.store(extra + j, f32x4.add(v128.load(extra + j), v128.load(p + j)));
    }
  }
  for (let j: usize = 0; j < bytes; j += 16) v128.store(extra + j, f32x4.add(v128.load(extra + j), v128.load(extra + j)));
}

// @callable
export function binaryConvScratch(taps: i32, c: i32, f: i32): usize {
  const rows = 3 * (((<usize>wordsOf(taps, c)) << 3) + 64),
    codes = codeBytes(stepsOf(taps, c));
  const extras = (<usize>paddedFilters(f)) << 2;
  return rows + TILE * (2 * codes + 256 + 512 + 2 * (PIXEL_BYTES + extras)) + extras + 128;
}

/**
 * y[from..to, f] = the integer sums times the filter's factor, plus its bias, and at least 0 with `relu`; from … to are pixels. `valid` is
 * 0 if no input value is 0.
 */
// @callable
export function binaryConv2d(
  from: i32,
  to: i32,
  scratch: usize,
  geometry: usize,
  signs: usize,
  valid: usize,
  packed: usize,
  y: usize,
  relu: bool,
): void {
  const h = load<i32>(geometry, HEIGHT),
    w = load<i32>(geometry, WIDTH),
    c = load<i32>(geometry, CHANNELS),
    kh = load<i32>(geometry, KERNEL_HEIGHT),
    kw = load<i32>(geometry, KERNEL_WIDTH),
    f = load<i32>(geometry, FILTERS),
    oh = load<i32>(geometry, OUT_HEIGHT),
    ow = load<i32>(geometry, OUT_WIDTH),
    sh = load<i32>(geometry, STRIDE_HEIGHT),
    sw = load<i32>(geometry, STRIDE_WIDTH),
    top = load<i32>(geometry, TOP),
    left = load<i32>(geometry, LEFT);
  const taps = kh * kw,
    words = wordsOf(taps, c),
    wordBytes = (<usize>words) << 3,
    bytes = (c + 7) >> 3,
    steps = stepsOf(taps, c);
  const extraBytes = (<usize>paddedFilters(f)) << 2,
    image = <usize>(h * w * bytes),
    stride = codeBytes(steps),
    rowBytes = wordBytes + 64;
  const factors = packed + factorsOffset(f, taps, c),
    biases = factors + extraBytes,
    counts = biases + extraBytes;
  const patches = scratch,
    mask = patches + 2 * rowBytes,
    codes = mask + rowBytes,
    sums = codes + 2 * TILE * stride,
    carries = sums + TILE * 256;
  const pixels = carries + TILE * 512,
    none = pixels + 2 * TILE * PIXEL_BYTES,
    extras = none + extraBytes;
  const least = f32x4.splat(relu ? 0 : -Infinity),
    carried = steps > MOST_SUMMED ? carries : 0;
  // Rows of whole words need no gathering if a patch is one pixel.
  const direct = taps == 1 && sh == 1 && sw == 1 && oh == h && ow == w && !(bytes & 7);
  // Skips rows of a patch that are outside for both pixels of a pair, if steps and rows are aligned.
  const rowNibbles = kw * bytes * 2,
    rowSteps = kh > 1 && rowNibbles % STEP == 0 ? rowNibbles / STEP : 0;
  memory.fill(none, 0, extraBytes);
  for (let p = from; p < to; p += 2 * TILE) {
    const some = min(2 * TILE, to - p),
      pairs = (some + 1) >> 1;
    let edges = 0;
    for (let i = 0; i < pairs << 1; i++) {
      // A last pixel without a neighbour is paired with itself; the second result is not stored.
      const q = p + min(i, some - 1),
        code = codes + <usize>i * stride,
        pixel = pixels + <usize>(i * PIXEL_BYTES);
      let a = signs + <usize>q * bytes,
        m = valid + <usize>q * bytes,
        rows = range(0, kh),
        columns = range(0, kw);
      if (!direct) {
        const rest = q / ow,
          row = (rest % oh) * sh - top,
          column = (q % ow) * sw - left,
          at = <usize>(rest / oh) * image;
        const u0 = min(kh, max(0, -row)),
          v0 = min(kw, max(0, -column));
        rows = range(u0, max(u0, min(kh, h - row)));
        columns = range(v0, max(v0, min(kw, w - column)));
        a = patches + <usize>(i & 1) * rowBytes;
        gather(signs + at, row, column, h, w, bytes, kh, kw, words, a);
        if (valid) {
          m = mask;
          gather(valid + at, row, column, h, w, bytes, kh, kw, words, m);
        }
      }
      store<i32>(pixel, rows);
      store<i32>(pixel, columns, 4);
      store<i32>(
        pixel,
        valid ? countBits(m, wordBytes) : ((rows >> 16) - (rows & 0xffff)) * ((columns >> 16) - (columns & 0xffff)) * c,
        12,
      );
      store<usize>(pixel, none, 16);
      if (valid) encode(a, m, wordBytes, stride - 16, code);
      if (!(i & 1)) continue;
      const other = pixel - PIXEL_BYTES;
      if (!valid) encode(direct ? signs + <usize>(p + i - 1) * bytes : patches, a, wordBytes, stride - 16, code - stride);
      const before = load<i32>(other),
        u0 = rowSteps ? min(before & 0xffff, rows & 0xffff) : 0,
        u1 = rowSteps ? max(before >> 16, rows >> 16) : kh;
      store<i32>(other, u0 * rowSteps, 20);
      store<i32>(other, u1 == kh ? steps : u1 * rowSteps, 24);
      if (valid) continue;
      for (let at = other; at <= pixel; at += PIXEL_BYTES) {
        store<i32>(at, range(u0, u1), 8);
        if (load<i32>(at) == range(u0, u1) && load<i32>(at, 4) == range(0, kw)) continue;
        // Usually a pixel nearby has the same overhang.
        for (let near = at - PIXEL_BYTES; near >= pixels && load<usize>(at, 16) == none; near -= PIXEL_BYTES) {
          if (load<u64>(near) == load<u64>(at) && load<i32>(near, 8) == range(u0, u1)) store<usize>(at, load<usize>(near, 16), 16);
        }
        if (load<usize>(at, 16) != none) continue;
        const extra = extras + <usize>edges * extraBytes;
        edges++;
        overhang(
          counts,
          extraBytes,
          kw,
          load<u16>(at, 8),
          load<u16>(at, 10),
          load<u16>(at),
          load<u16>(at, 2),
          load<u16>(at, 4),
          load<u16>(at, 6),
          extra,
        );
        store<usize>(at, extra, 16);
      }
    }
    for (let f0 = 0; f0 < f; f0 += 64) {
      const width = blockWidth(f - f0),
        weights = packed + TABLES + <usize>f0 * (steps * STEP),
        sumBytes = (<usize>pairs) << 8;
      memory.fill(sums, 0, sumBytes);
      if (carried) memory.fill(carries, 0, 2 * sumBytes);
      for (let s0 = 0; s0 < steps; s0 += MOST_STEPS) {
        if (carried && s0 % MOST_SUMMED == 0) carry(sums, sumBytes, carried);
        for (let i = 0; i < pairs; i++) {
          const pair = pixels + <usize>(2 * i * PIXEL_BYTES),
            begin = max(s0, load<i32>(pair, 20)),
            end = min(s0 + MOST_STEPS, load<i32>(pair, 24));
          if (begin >= end) continue;
          const code = codes + <usize>(2 * i) * stride + <usize>(begin * STEP),
            own = sums + ((<usize>i) << 8);
          const some = weights + <usize>(begin * STEP * width);
          if (valid) countMasked(width, packed, code, code + stride, end - begin, some, own);
          else countWhole(width, packed, code, end - begin, some, own);
        }
      }
      const at = (<usize>f0) << 2,
        many = min(width, f - f0);
      for (let i = 0; i < some; i++) {
        const pixel = pixels + <usize>(i * PIXEL_BYTES),
          out = y + ((<usize>(p + i) * f) << 2) + at,
          own = (<usize>i) << 7;
        const n = load<i32>(pixel, 12),
          extra = load<usize>(pixel, 16) + at;
        emit(n, sums + own, carried ? carried + (own << 1) : 0, extra, factors + at, biases + at, least, many, out);
      }
    }
  }
}
