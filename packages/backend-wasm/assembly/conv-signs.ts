// The signs of a convolution's values after a chain of batch norms and ReLUs, mostly by integer arithmetic, which computes twice as many
// products per instruction. The integer sum bounds how far a value can be from its threshold; only if that leaves a doubt is the value
// itself computed, like `conv2d` does. The bits are therefore those of `conv2d` followed by `packSigns`.
//
// Let a filter's K weights and a patch's K inputs be w = (W + e)/v and x = (X + d)/u, with integers W and X, scales v and u, and |e|, |d| ≤
// ½. Then u·v·Σxw = Σ(X + d)(W + e) differs from A = ΣXW, which is exact, by at most ½Σ|X| + ½Σ|W| + K/4. The value of `conv2d`, which is
// rounded 2K times, differs from Σxw by at most (K + 2)·2⁻²⁴·Σ|xw|, as long as nothing overflows and whatever underflows is far below
// 1/(u·v); the permitted range of the scales ensures both. Then a bias is added and the result is rounded, which preserves order: it is not
// below threshold t if value + bias ≥ t, and it is below if value + bias ≤ t − 2⁻²³|t| − 2⁻¹⁴⁹, because a float lies between that bound and
// t. So A is compared with the middle of u·v·(t − bias) and u·v·(t − 2⁻²²|t| − 2⁻¹⁴⁸ − bias), and the result is right unless A is nearer to
// it than all these bounds together.
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
import { byRows, conv2d, convScratch, corners, MC, patchRow, tapsPerBlock } from "./conv.ts";
import { transpose4 } from "./simd.ts";
import { packSigns } from "./threshold.ts";

/** Bound of |ΣXW| and of the thresholds that it is compared with, so that differences fit 32 bits. */
const LARGEST: f64 = 1073741823;
/**
 * 2⁴⁰ and 2⁻⁴⁰: larger inputs and weights are not computed with integers; scales are computed as if the largest were at least the second.
 */
const HUGE: f64 = 1099511627776,
  TINY: f64 = 1 / HUGE;
/** Number of filters that are multiplied at a time. */
const GROUP: i32 = 16;
/** Size of what precedes the filters: see `quantizeConvKernel`. */
const HEADER: usize = 16;

/** Largest |X|, chosen so that errors of weights and inputs are equal if inputs are typically a quarter of their maximum. */
function largestInput(k: i32): i32 {
  return <i32>(65536 / sqrt<f64>(k));
}

/** Pairs of products per patch, rounded up to an even number. */
function pairsOf(k: i32): i32 {
  return ((k + 3) >> 2) << 1;
}

function padded(f: i32): i32 {
  return (f + GROUP - 1) & -GROUP;
}

/** Size of a quantized kernel in bytes; 0 if integers are not worthwhile. */
// @callable
export function convQuantized(c: i32, f: i32, taps: i32): usize {
  const k = taps * c;
  if (!byRows(c) || taps > tapsPerBlock(c) || k < 24 || f < GROUP || f > 0xffff) return 0;
  return HEADER + ((<usize>padded(f)) << 4) + <usize>(padded(f) * pairsOf(k)) * 4 + ((<usize>(f * k)) << 2) + 16;
}

/**
 * Quantizes a kernel [k, f] with its bias [f] (0 for none) and the thresholds and flips of `signThresholds`. Writes: whether integers can
 * be used, 4 bytes; the largest Σ|W| of a filter, f64 at byte 8; per filter two f64, v·(t − bias) with t slightly lowered and with t
 * itself; W as int16 [group of filters][pair][filter][2], negated if the filter is to be flipped; and the kernel as [f, k].
 */
// @callable
export function quantizeConvKernel(kernel: usize, k: i32, f: i32, bias: usize, thresholds: usize, length: i32, to: usize): void {
  const pairs = pairsOf(k),
    row = (<usize>f) << 2,
    ends = to + HEADER,
    weights = ends + ((<usize>padded(f)) << 4);
  const floats = weights + <usize>(padded(f) * pairs) * 4;
  const most = LARGEST / largestInput(k) - 0.5 * k - 1;
  let largest: f64 = 0;
  store<i32>(to, 0);
  memory.fill(weights, 0, <usize>(padded(f) * pairs) * 4);
  for (let j = 0; j < f; j++) {
    const at = (<usize>j) << 2,
      w = kernel + at;
    let sum: f64 = 0,
      high: f64 = 0;
    for (let i = 0; i < k; i++) {
      const size = abs<f64>(load<f32>(w + <usize>i * row));
      sum += size;
      high = max(high, size);
    }
    if (!(sum < HUGE)) return;
    const scale = min(most / max(sum, TINY), 32767 / max(high, TINY));
    const sign: f64 = load<u32>(thresholds + ((<usize>length) << 2) + at) ? -1 : 1;
    const d = weights + <usize>((j & -GROUP) * pairs) * 4 + ((<usize>(j & (GROUP - 1))) << 2);
    let total: f64 = 0;
    for (let i = 0; i < k; i++) {
      const value = load<f32>(w + <usize>i * row),
        q = nearest(value * (sign * scale));
      store<f32>(floats + ((<usize>(j * k + i)) << 2), value);
      total += abs(q);
      store<i16>(d + <usize>(i >> 1) * (GROUP * 4) + ((<usize>(i & 1)) << 1), <i16>q);
    }
    largest = max(largest, total);
    const t = <f64>load<f32>(thresholds + at),
      offset = bias ? sign * load<f32>(bias + at) : 0;
    // Twice the error of one rounding, so that the float64 roundings here are covered.
    const gap = abs(t) < Infinity ? abs(t) * 2.384185791015625e-7 + 2.802596928649634e-45 : 0;
    const low = (t - gap - offset) * scale,
      end = (t - offset) * scale;
    store<f64>(ends + ((<usize>j) << 4), low);
    store<f64>(ends + ((<usize>j) << 4), end, 8);
  }
  store<f64>(to, largest, 8);
  store<i32>(to, 1);
}

/** Writes X of `count` floats as int16; returns their scale, or 0 if a float is huge or NaN. */
function quantizeInputs(from: usize, count: i32, largest: i32, to: usize): f64 {
  const magnitude = i32x4.splat(0x7fffffff),
    whole = count & ~7;
  let high = i32x4.splat(0),
    most = 0;
  // As integers, the bits of infinity and NaN are larger than all others.
  for (let i = 0; i < whole; i += 4) high = i32x4.max_s(high, v128.and(v128.load(from + ((<usize>i) << 2)), magnitude));
  for (let i = whole; i < count; i++) most = max(most, load<i32>(from + ((<usize>i) << 2)) & 0x7fffffff);
  most = max(
    max(most, max(i32x4.extract_lane(high, 0), i32x4.extract_lane(high, 1))),
    max(i32x4.extract_lane(high, 2), i32x4.extract_lane(high, 3)),
  );
  if (most > reinterpret<i32>(<f32>HUGE)) return 0;
  const scale = <f32>largest / max(reinterpret<f32>(most), <f32>TINY),
    scales = f32x4.splat(scale);
  for (let i = 0; i < whole; i += 8) {
    const low = f32x4.nearest(f32x4.mul(v128.load(from), scales)),
      up = f32x4.nearest(f32x4.mul(v128.load(from, 16), scales));
    v128.store(to, i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(low), i32x4.trunc_sat_f32x4_s(up)));
    from += 32;
    to += 16;
  }
  for (let i = whole; i < count; i++) {
    store<i16>(to, <i16>nearest(load<f32>(from) * scale));
    from += 4;
    to += 2;
  }
  return scale;
}

// @inline
function within(value: f64): f64 {
  return max(-LARGEST, min(LARGEST, value));
}

/**
 * Writes the initial value of each filter's sum: minus the threshold, in units of 1/(u·v). Returns the distance from 0 within which a final
 * sum is in doubt, without the contribution of the patch's inputs; NaN if a bias is NaN.
 */
function startSums(quantized: usize, k: i32, f: i32, scale: f64, starts: usize): f64 {
  const ends = quantized + HEADER,
    largest = load<f64>(quantized, 8);
  let wide: f64 = 0;
  for (let j = 0; j < f; j++) {
    const low = within(load<f64>(ends + ((<usize>j) << 4)) * scale),
      high = within(load<f64>(ends + ((<usize>j) << 4), 8) * scale);
    store<i32>(starts + ((<usize>j) << 2), -(<i32>nearest(0.5 * (low + high))));
    wide = max(wide, 0.5 * (high - low));
  }
  for (let j = f; j < padded(f); j++) store<i32>(starts + ((<usize>j) << 2), <i32>-LARGEST);
  const rounded = <f64>(k + 2) * 5.9604644775390625e-8 * (largestInput(k) + 1) * (largest + k);
  // One hundredth more: x·u is rounded to float32 before it is rounded to an integer.
  return 1.01 * (0.5 * largest + 0.25 * k + rounded) + wide + 2;
}

/** Σ|X|/2, plus one hundredth. */
function halfSum(patch: usize, bytes: usize): i32 {
  let sums = i32x4.splat(0);
  for (let i: usize = 0; i < bytes; i += 16) sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_s(i16x8.abs(v128.load(patch + i))));
  const half =
    (i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3) + 1) >> 1;
  return half + (half >> 6) + 1;
}

// @inline
function add(sum: v128, x: v128, w: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(x, w));
}

/** One bit per sum, set if the sum is not negative, for 16 sums. */
// @inline
function signs16(a: v128, b: v128, c: v128, d: v128): u32 {
  return ~i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d))) & 0xffff;
}

/** Whether any of 16 sums is within `margin` of 0. */
// @inline
function anyNear(a: v128, b: v128, c: v128, d: v128, margin: v128): bool {
  const least = i32x4.min_u(i32x4.min_u(i32x4.abs(a), i32x4.abs(b)), i32x4.min_u(i32x4.abs(c), i32x4.abs(d)));
  return v128.any_true(i32x4.le_s(least, margin));
}

// @inline
function near4(sums: v128, margin: v128): u32 {
  return i32x4.bitmask(i32x4.le_s(i32x4.abs(sums), margin));
}

// @inline
function list16(a: v128, b: v128, c: v128, d: v128, margin: v128, entry: i32, doubts: usize): usize {
  let near = near4(a, margin) | (near4(b, margin) << 4) | (near4(c, margin) << 8) | (near4(d, margin) << 12);
  while (near) {
    store<i32>(doubts, entry + ctz(near));
    doubts += 4;
    near &= near - 1;
  }
  return doubts;
}

// @inline
function put(signs: usize, bits: u32, left: i32): void {
  if (left > 8) store<u16>(signs, bits);
  else store<u8>(signs, bits);
}

/**
 * Signs of 16 filters, or of the fewer that are left, for `rows` patches of int16. Values in doubt are appended to the list as pixel · 2¹⁶
 * + filter; returns the end of the list.
 */
function signsOfGroup(
  rows: i32,
  pairs: i32,
  patches: usize,
  patch: usize,
  margins: usize,
  weights: usize,
  starts: usize,
  left: i32,
  signs: usize,
  bytes: usize,
  entry: i32,
  doubts: usize,
): usize {
  const some: u32 = left < GROUP ? (1 << left) - 1 : 0xffff;
  for (let r = 0; r < rows; r += 2) {
    // A last odd pixel is processed twice.
    const two = r + 1 < rows;
    let x0 = patches,
      x1 = two ? patches + patch : patches,
      b = weights;
    let a00 = v128.load(starts),
      a01 = v128.load(starts, 16),
      a02 = v128.load(starts, 32),
      a03 = v128.load(starts, 48);
    let a10 = a00,
      a11 = a01,
      a12 = a02,
      a13 = a03;
    for (let k = pairs; k > 0; k -= 2) {
      let x = v128.load_splat<i32>(x0),
        z = v128.load_splat<i32>(x1),
        w = v128.load(b);
      a00 = add(a00, x, w);
      a10 = add(a10, z, w);
      w = v128.load(b, 16);
      a01 = add(a01, x, w);
      a11 = add(a11, z, w);
      w = v128.load(b, 32);
      a02 = add(a02, x, w);
      a12 = add(a12, z, w);
      w = v128.load(b, 48);
      a03 = add(a03, x, w);
      a13 = add(a13, z, w);
      x = v128.load_splat<i32>(x0, 4);
      z = v128.load_splat<i32>(x1, 4);
      w = v128.load(b, 64);
      a00 = add(a00, x, w);
      a10 = add(a10, z, w);
      w = v128.load(b, 80);
      a01 = add(a01, x, w);
      a11 = add(a11, z, w);
      w = v128.load(b, 96);
      a02 = add(a02, x, w);
      a12 = add(a12, z, w);
      w = v128.load(b, 112);
      a03 = add(a03, x, w);
      a13 = add(a13, z, w);
      x0 += 8;
      x1 += 8;
      b += 128;
    }
    put(signs, signs16(a00, a01, a02, a03) & some, left);
    const m0 = v128.load_splat<i32>(margins);
    if (anyNear(a00, a01, a02, a03, m0)) doubts = list16(a00, a01, a02, a03, m0, entry, doubts);
    if (!two) break;
    put(signs + bytes, signs16(a10, a11, a12, a13) & some, left);
    const m1 = v128.load_splat<i32>(margins, 4);
    if (anyNear(a10, a11, a12, a13, m1)) doubts = list16(a10, a11, a12, a13, m1, entry + 0x10000, doubts);
    patches += 2 * patch;
    margins += 8;
    signs += 2 * bytes;
    entry += 0x20000;
  }
  return doubts;
}

/** Computes four values of the list, one per lane, with exactly the sums of `conv2d`, and sets their bits. */
function settle(
  doubts: usize,
  table: usize,
  kh: i32,
  kw: i32,
  h: i32,
  w: i32,
  c: i32,
  kernel: usize,
  f: i32,
  bias: usize,
  thresholds: usize,
  length: i32,
  signs: usize,
  work: usize,
): void {
  const row = (<usize>(kh * kw * c)) << 2,
    patch = row + 32,
    xs = work + 4 * patch,
    ws = xs + 4 * patch;
  for (let i: usize = 0; i < 4; i++) {
    patchRow(table + <usize>(load<u32>(doubts + (i << 2)) >> 16) * 12, kh, kw, h, w, (<usize>c) << 2, work + i * patch);
  }
  const w0 = kernel + load<u16>(doubts) * row,
    w1 = kernel + load<u16>(doubts, 4) * row;
  const w2 = kernel + load<u16>(doubts, 8) * row,
    w3 = kernel + load<u16>(doubts, 12) * row;
  for (let i: usize = 0; i < row; i += 16) {
    const x = work + i;
    transpose4(x, x + patch, x + 2 * patch, x + 3 * patch, xs + (i << 2), 16);
    transpose4(w0 + i, w1 + i, w2 + i, w3 + i, ws + (i << 2), 16);
  }
  let sums = f32x4.splat(0);
  for (let i: usize = 0; i < row << 2; i += 16) sums = f32x4.add(sums, f32x4.mul(v128.load(xs + i), v128.load(ws + i)));
  setSign(load<i32>(doubts), f32x4.extract_lane(sums, 0), bias, thresholds, length, signs, f);
  setSign(load<i32>(doubts, 4), f32x4.extract_lane(sums, 1), bias, thresholds, length, signs, f);
  setSign(load<i32>(doubts, 8), f32x4.extract_lane(sums, 2), bias, thresholds, length, signs, f);
  setSign(load<i32>(doubts, 12), f32x4.extract_lane(sums, 3), bias, thresholds, length, signs, f);
}

function setSign(doubt: i32, sum: f32, bias: usize, thresholds: usize, length: i32, signs: usize, f: i32): void {
  const filter = doubt & 0xffff,
    at = (<usize>filter) << 2,
    byte = signs + <usize>((doubt >>> 16) * ((f + 7) >> 3) + (filter >> 3));
  const value = bias ? sum + load<f32>(bias + at) : sum,
    flip = load<u32>(thresholds + ((<usize>length) << 2) + at);
  const bit: u32 = 1 << (filter & 7),
    below = reinterpret<f32>(reinterpret<u32>(value) ^ flip) < load<f32>(thresholds + at);
  store<u8>(byte, below ? load<u8>(byte) & ~bit : load<u8>(byte) | bit);
}

/** Room for a sixteenth of a tile's values, plus one group, since overflow is noticed only after a group; plus 16 for the ragged end. */
function doubtBytes(f: i32): usize {
  return (<usize>(MC * f) >> 2) + <usize>(MC * GROUP * 4) + 16;
}

/** @param inputs number of input values of the images that one chunk takes pixels from */
// @callable
export function convSignsScratch(c: i32, f: i32, taps: i32, inputs: i32): usize {
  const exact = convScratch(c, taps) + ((<usize>(MC * f)) << 2) + 128;
  if (!convQuantized(c, f, taps)) return exact;
  const patch = <usize>(taps * c) * 2 + 32;
  return (
    exact + <usize>(MC * 28) + <usize>MC * patch + ((<usize>padded(f)) << 2) + 24 * patch + doubtBytes(f) + ((<usize>inputs) << 1) + 256
  );
}

/**
 * The signs of `conv2d`'s values after a chain of batch norms and ReLUs; the values exist only in a cache: see `packSigns`. Products are
 * rounded before they are added.
 * @param quantized output of `quantizeConvKernel`, or 0
 */
// @callable
export function conv2dSigns(
  from: i32,
  to: i32,
  scratch: usize,
  geometry: usize,
  x: usize,
  packedW: usize,
  signs: usize,
  bias: usize,
  thresholds: usize,
  length: i32,
  quantized: usize,
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
  const k = kh * kw * c,
    bytes = (f + 7) >> 3,
    pairs = pairsOf(k),
    patch = (<usize>(k * 2) + 15) & ~15;
  const tile = (scratch + convScratch(c, kh * kw) + 63) & ~63,
    table = tile + ((<usize>(MC * f)) << 2),
    places = table + <usize>(MC * 12);
  const margins = places + <usize>(MC * 12),
    starts = margins + <usize>(MC * 4),
    patches = (starts + ((<usize>padded(f)) << 2) + 63) & ~63;
  const few = (patches + <usize>MC * patch + 79) & ~63,
    doubts = few + 12 * (((<usize>k) << 2) + 32),
    inputs = doubts + doubtBytes(f);
  let margin: f64 = LARGEST,
    virtual: usize = 0;
  if (quantized && load<i32>(quantized)) {
    // Input rows that the pixels from … to depend on, counted through all images.
    const row = from / ow,
      last = (to - 1) / ow,
      values = w * c;
    const first = (row / oh) * h + min(h, max(0, (row % oh) * sh - top)),
      end = (last / oh) * h + min(h, max(0, (last % oh) * sh - top + kh));
    const scale = quantizeInputs(x + ((<usize>(first * values)) << 2), max(0, end - first) * values, largestInput(k), inputs);
    virtual = inputs - ((<usize>(first * values)) << 1);
    if (scale > 0) margin = startSums(quantized, k, f, scale, starts);
  }
  for (let i = from; i < to; i += MC) {
    const end = min(to, i + MC),
      rows = end - i,
      s = signs + <usize>i * bytes,
      most = doubts + ((<usize>(rows * f) >> 4) << 2);
    let listed = doubts;
    if (margin < 0.5 * LARGEST) {
      const weights = quantized + HEADER + ((<usize>padded(f)) << 4);
      corners(i, rows, oh, ow, sh, sw, top, left, virtual, (<usize>(h * w * c)) << 1, table);
      for (let r = 0; r < rows; r++) {
        const p = patches + <usize>r * patch;
        patchRow(table + <usize>(r * 12), kh, kw, h, w, (<usize>c) << 1, p);
        store<i32>(margins + ((<usize>r) << 2), <i32>ceil(margin) + halfSum(p, patch));
      }
      for (let j = 0; j < f && listed <= most; j += GROUP) {
        listed = signsOfGroup(
          rows,
          pairs,
          patches,
          patch,
          margins,
          weights + <usize>(j * pairs) * 4,
          starts + ((<usize>j) << 2),
          f - j,
          s + (j >> 3),
          bytes,
          j,
          listed,
        );
      }
      if (listed <= most) {
        if (listed == doubts) continue;
        corners(i, rows, oh, ow, sh, sw, top, left, x, (<usize>(h * w * c)) << 2, places);
        // The last incomplete group repeats the entry before it.
        const again = load<i32>(listed - 4);
        store<i32>(listed, again);
        store<i32>(listed, again, 4);
        store<i32>(listed, again, 8);
        const kernel = weights + <usize>(padded(f) * pairs) * 4;
        for (let d = doubts; d < listed; d += 16) settle(d, places, kh, kw, h, w, c, kernel, f, bias, thresholds, length, s, few);
        continue;
      }
    }
    conv2d(i, end, scratch, geometry, x, packedW, tile - ((<usize>i * f) << 2), bias, false);
    packSigns(i, end, 0, tile - ((<usize>i * f) << 2), f, thresholds, length, signs, 0, 0, 0);
  }
}
