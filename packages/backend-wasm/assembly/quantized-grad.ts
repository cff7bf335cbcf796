// The gradients of binary-grad.ts from a dy that is rounded stochastically to 16-bit integers: a 16-byte load then has eight lanes instead
// of four. dy is rounded twice, since it is summed in two ways, and each lane has a scale of its own: for the kernel's gradient lanes are
// filters, for the input's they are images, multiplied by the filters' magnitudes.
//
// A scale maps the largest magnitude of its lane to LEVELS. No sum can overflow: for the rows of one pass over four tables (at most 24),
// the sums of magnitudes are computed; the largest of a lane bounds every sum, 24 · 1024 < 2¹⁵, and bounds accumulate. Before they could
// reach 2¹⁵, the sums are added to floats and reset. Gradients are mostly far below their maximum, so this is rare.
import {
  BATCH,
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
import { addEntries, buildTable, entries } from "./tables.ts";
import { chunksOf, clear, scatterColumn } from "./binary-grad.ts";
import { paddedImages } from "./pack-gradient.ts";
import { bits4 } from "./dropout.ts";

/** The largest magnitude of a quantized value; rounding up may add one. */
const LEVELS: f64 = 1023;
/** Smaller magnitudes count as 0: their reciprocal is not a usable number. */
const LEAST: f32 = 1e-30;

/** Number of filters in a row for the input's gradient. */
// @inline
function paddedFilters(f: i32): i32 {
  return (f + 7) & ~7;
}

/** Size of dy in bytes as `quantizeGradient` writes it for the kernel's gradient: [⌈f/32⌉][pixel][image][32]. */
// @callable
export function quantizedForKernel(images: i32, pixels: i32, f: i32): usize {
  return (<usize>((f + 31) >> 5) * <usize>(pixels * images)) << 6;
}

/** Size of dy in bytes as it writes it for the input's gradient: [⌈image/32⌉][pixel][⌈f/8⌉·8][32]. */
// @callable
export function quantizedForInput(images: i32, pixels: i32, f: i32): usize {
  return (<usize>((images + 31) >> 5) * <usize>(pixels * paddedFilters(f))) << 6;
}

/** Quantizing multiplies by `inverse`, which leaves 12 fractional bits; the sums of quantized values are multiplied by `scale`. */
// @inline
function putScale(most: f32, factor: f32, inverse: usize, scale: usize): void {
  store<f32>(inverse, most < LEAST ? 0 : <f32>((LEVELS * 4096) / <f64>most));
  store<f32>(scale, <f32>(<f64>most / LEVELS) * factor);
}

/**
 * The scales of filters and images, from the largest magnitudes that `packGradient` has written for `chunks` chunks and for each pixel. The
 * sums for the kernel are also multiplied by `factor`.
 */
// @callable
export function quantizationScales(
  filterMax: usize,
  chunks: i32,
  length: i32,
  f: i32,
  factor: f32,
  pixelMax: usize,
  images: i32,
  pixels: i32,
  filterInverse: usize,
  filterScale: usize,
  imageInverse: usize,
  imageScale: usize,
): void {
  // The bits of magnitudes have the order of the magnitudes, with NaN as the largest.
  for (let j = 0; j < f; j++) {
    let most: u32 = 0;
    for (let k = j; k < chunks * length; k += f) most = max(most, load<u32>(filterMax + ((<usize>k) << 2)));
    putScale(reinterpret<f32>(most), factor, filterInverse + ((<usize>j) << 2), filterScale + ((<usize>j) << 2));
  }
  for (let i = 0; i < images; i++) {
    let most: u32 = 0;
    const p = pixelMax + ((<usize>(i * pixels)) << 2);
    for (let k: usize = 0; k < (<usize>pixels) << 2; k += 4) most = max(most, load<u32>(p + k));
    putScale(reinterpret<f32>(most), 1, imageInverse + ((<usize>i) << 2), imageScale + ((<usize>i) << 2));
  }
}

/** ⌊x + u⌋ for x with 12 fractional bits, |x| < 2¹⁰, and u of 12 random bits: rounds up with the probability of the fraction. */
// @inline
function round(x: v128, u: v128): v128 {
  // A float between 2²³ and 2²⁴ has an integer in its lowest bits: the addition rounds x, in units of 2⁻¹², to the nearest.
  const shifted = f32x4.add(x, f32x4.splat(12582912));
  return i32x4.shr_s(i32x4.add(i32x4.sub(shifted, f32x4.splat(12582912)), u), 12);
}

/**
 * Quantizes the values of 8 filters at p: returns them for the input, and stores them for the kernel. Indices i and following give four
 * random words, whose lowest bits are for the first four values and the highest for the others.
 */
// @inline
function quantize8(here: bool, p: usize, i: u32, seed: i32, filterInverse: usize, factor: usize, imageInverse: usize, out: usize): v128 {
  if (!here) return i32x4.splat(0);
  const a = v128.load(p),
    b = v128.load(p, 16),
    words = bits4(i, seed),
    u = v128.and(words, i32x4.splat(0xfff)),
    v = i32x4.shr_u(words, 20);
  const inverse = v128.load_splat<f32>(imageInverse);
  v128.store(
    out,
    i16x8.narrow_i32x4_s(round(f32x4.mul(a, v128.load(filterInverse)), u), round(f32x4.mul(b, v128.load(filterInverse, 16)), v)),
  );
  return i16x8.narrow_i32x4_s(
    round(f32x4.mul(f32x4.mul(a, v128.load(factor)), inverse), u),
    round(f32x4.mul(f32x4.mul(b, v128.load(factor, 16)), inverse), v),
  );
}

/**
 * Quantizes the packed dy of the pixels from … to for both gradients. An element's random bits are a hash of its index and the seed. Both
 * gradients are rounded by the same bits, which makes neither less random.
 */
// @callable
export function quantizeGradient(
  from: i32,
  to: i32,
  scratch: usize,
  packed: usize,
  images: i32,
  pixels: i32,
  f: i32,
  seed: i32,
  factor: usize,
  filterInverse: usize,
  imageInverse: usize,
  forKernel: usize,
  forInput: usize,
): void {
  const all = paddedImages(images),
    padded = paddedFilters(f),
    plane16 = (<usize>(pixels * all)) << 6,
    through = (images + 31) & ~31;
  const step = <u32>(pixels * padded) >> 1;
  for (let p = from; p < to; p++) {
    for (let f0 = 0; f0 < ((f + 31) & ~31); f0 += 8) {
      const q = packed + <usize>(f0 >> 4) * plane16 + ((<usize>(p * all)) << 6) + ((<usize>(f0 & 8)) << 2),
        at = (<usize>f0) << 2;
      let out = forKernel + ((<usize>(((f0 >> 5) * pixels + p) * images)) << 6) + ((<usize>(f0 & 24)) << 1);
      if (f0 >= f) {
        for (let i = 0; i < images; i++) {
          v128.store(out, i32x4.splat(0));
          out += 64;
        }
        continue;
      }
      const inverse = filterInverse + at,
        weights = factor + at;
      for (let i = 0; i < through; i += 8) {
        const s = q + ((<usize>i) << 6),
          e = <u32>((i * pixels + p) * padded + f0) >> 1,
          n = images - i,
          v = imageInverse + ((<usize>i) << 2);
        const r0 = quantize8(n > 0, s, e, seed, inverse, weights, v, out),
          r1 = quantize8(n > 1, s + 64, e + step, seed, inverse, weights, v + 4, out + 64);
        const r2 = quantize8(n > 2, s + 128, e + 2 * step, seed, inverse, weights, v + 8, out + 128);
        const r3 = quantize8(n > 3, s + 192, e + 3 * step, seed, inverse, weights, v + 12, out + 192);
        const r4 = quantize8(n > 4, s + 256, e + 4 * step, seed, inverse, weights, v + 16, out + 256);
        const r5 = quantize8(n > 5, s + 320, e + 5 * step, seed, inverse, weights, v + 20, out + 320);
        const r6 = quantize8(n > 6, s + 384, e + 6 * step, seed, inverse, weights, v + 24, out + 384);
        const r7 = quantize8(n > 7, s + 448, e + 7 * step, seed, inverse, weights, v + 28, out + 448);
        out += 512;
        transpose8(
          r0,
          r1,
          r2,
          r3,
          r4,
          r5,
          r6,
          r7,
          forInput + ((<usize>(((i >> 5) * pixels + p) * padded + f0)) << 6) + ((<usize>(i & 31)) << 1),
        );
      }
    }
  }
}

/** Stores the columns of eight rows of 16-bit integers, 64 bytes apart. */
// @inline
function transpose8(r0: v128, r1: v128, r2: v128, r3: v128, r4: v128, r5: v128, r6: v128, r7: v128, d: usize): void {
  const a0 = i16x8.shuffle(r0, r1, 0, 8, 1, 9, 2, 10, 3, 11),
    a1 = i16x8.shuffle(r0, r1, 4, 12, 5, 13, 6, 14, 7, 15);
  const b0 = i16x8.shuffle(r2, r3, 0, 8, 1, 9, 2, 10, 3, 11),
    b1 = i16x8.shuffle(r2, r3, 4, 12, 5, 13, 6, 14, 7, 15);
  const c0 = i16x8.shuffle(r4, r5, 0, 8, 1, 9, 2, 10, 3, 11),
    c1 = i16x8.shuffle(r4, r5, 4, 12, 5, 13, 6, 14, 7, 15);
  const e0 = i16x8.shuffle(r6, r7, 0, 8, 1, 9, 2, 10, 3, 11),
    e1 = i16x8.shuffle(r6, r7, 4, 12, 5, 13, 6, 14, 7, 15);
  put4(i32x4.shuffle(a0, b0, 0, 4, 1, 5), i32x4.shuffle(c0, e0, 0, 4, 1, 5), d);
  put4(i32x4.shuffle(a0, b0, 2, 6, 3, 7), i32x4.shuffle(c0, e0, 2, 6, 3, 7), d + 128);
  put4(i32x4.shuffle(a1, b1, 0, 4, 1, 5), i32x4.shuffle(c1, e1, 0, 4, 1, 5), d + 256);
  put4(i32x4.shuffle(a1, b1, 2, 6, 3, 7), i32x4.shuffle(c1, e1, 2, 6, 3, 7), d + 384);
}

// @inline
function put4(a: v128, b: v128, d: usize): void {
  v128.store(d, i64x2.shuffle(a, b, 0, 2));
  v128.store(d, i64x2.shuffle(a, b, 1, 3), 64);
}

/** An upper bound of every signed sum of the `rows` rows at q: the largest lane of the sum of their magnitudes. */
function bound(q: usize, rows: i32): i32 {
  let a = i32x4.splat(0),
    b = a,
    c = a,
    d = a;
  for (let r = 0; r < rows; r++) {
    a = i16x8.add(a, i16x8.abs(v128.load(q)));
    b = i16x8.add(b, i16x8.abs(v128.load(q, 16)));
    c = i16x8.add(c, i16x8.abs(v128.load(q, 32)));
    d = i16x8.add(d, i16x8.abs(v128.load(q, 48)));
    q += 64;
  }
  a = i16x8.max_u(i16x8.max_u(a, b), i16x8.max_u(c, d));
  a = i16x8.max_u(a, i64x2.shuffle(a, a, 1, 0));
  a = i16x8.max_u(a, i32x4.shuffle(a, a, 1, 0, 3, 2));
  return max(<i32>i16x8.extract_lane_u(a, 0), <i32>i16x8.extract_lane_u(a, 1));
}

/** wide[n][32] (float32) += sums[n][32] (int16), which are reset to 0. */
function widen(sums: usize, n: i32, wide: usize): void {
  const zero = i32x4.splat(0);
  for (const end = sums + ((<usize>n) << 6); sums < end; sums += 16) {
    const a = v128.load(sums);
    v128.store(wide, f32x4.add(v128.load(wide), f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(a))));
    v128.store(wide, f32x4.add(v128.load(wide, 16), f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(a))), 16);
    v128.store(sums, zero);
    wide += 32;
  }
}

// @callable
export function quantizedKernelScratch(group: i32, three: bool, rows: i32): usize {
  return ((<usize>entries(group, three)) << 8) + ((<usize>rows) << 6) + 64;
}

/** Like binaryKernelGrad, from dy [plane][pixel][image][32]: partials[unit][rows][32], not yet scaled. */
// @callable
export function quantizedKernelGrad(
  from: i32,
  to: i32,
  scratch: usize,
  geometry: usize,
  dy: usize,
  codes: usize,
  partials: usize,
  group: i32,
  three: bool,
  splits: i32,
): void {
  const f = load<i32>(geometry, FILTERS),
    images = load<i32>(geometry, BATCH),
    h = load<i32>(geometry, HEIGHT),
    w = load<i32>(geometry, WIDTH),
    c = load<i32>(geometry, CHANNELS),
    kh = load<i32>(geometry, KERNEL_HEIGHT),
    kw = load<i32>(geometry, KERNEL_WIDTH),
    oh = load<i32>(geometry, OUT_HEIGHT),
    ow = load<i32>(geometry, OUT_WIDTH),
    sh = load<i32>(geometry, STRIDE_HEIGHT),
    sw = load<i32>(geometry, STRIDE_WIDTH),
    top = load<i32>(geometry, TOP),
    left = load<i32>(geometry, LEFT);
  const pixels = oh * ow,
    planes = (f + 31) >> 5,
    padded = (c + 15) & ~15,
    chunks = chunksOf(images, group),
    rows = kh * kw * c;
  const size = (<usize>entries(group, three)) << 6,
    sums = scratch + 4 * size,
    part = (pixels + splits - 1) / splits;
  for (let unit = from; unit < to; unit++) {
    const plane = dy + ((<usize>((unit % planes) * pixels * images)) << 6),
      first = (unit / planes) * part,
      wide = partials + ((<usize>(unit * rows)) << 7);
    memory.fill(wide, 0, (<usize>rows) << 7);
    memory.fill(sums, 0, (<usize>rows) << 6);
    let reach = 0;
    for (let q = first; q < min(pixels, first + part); q++) {
      const r0 = (q / ow) * sh - top,
        q0 = (q % ow) * sw - left;
      for (let k = 0; k < chunks; k++) {
        const image = k * 4 * group,
          here = min(4 * group, images - image),
          p = plane + ((<usize>(q * images + image)) << 6);
        const most = bound(p, here);
        if (!most) continue;
        reach += most;
        if (reach > 32767) {
          widen(sums, rows, wide);
          reach = most;
        }
        let count = 0;
        for (let at = 0; at < here; at += group) {
          buildTable<i16>(p + ((<usize>at) << 6), min(group, here - at), 64, three, scratch + <usize>count * size);
          count++;
        }
        for (let u = max(0, -r0); u < min(kh, h - r0); u++) {
          for (let v = max(0, -q0); v < min(kw, w - q0); v++) {
            const code = codes + ((<usize>(k * h * w + (r0 + u) * w + q0 + v) * padded) << 2);
            addEntries<i16>(count, code, c, sums + ((<usize>((u * kw + v) * c)) << 6), scratch, size);
          }
        }
      }
    }
    widen(sums, rows, wide);
  }
}

// @callable
export function quantizedInputScratch(group: i32, kh: i32, w: i32, channels: i32): usize {
  return ((<usize>entries(group, false)) << 8) + <usize>(kh * w) * (<usize>channels * 192 + 8) + ((<usize>channels) << 7) + 64;
}

/**
 * Like binaryInputGrad, 32 images at a time, from dy [block][pixel][filter][32] that is already multiplied by the filters' magnitudes; the
 * sums of image i are multiplied by imageScale[i].
 */
// @callable
export function quantizedInputGrad(
  from: i32,
  to: i32,
  scratch: usize,
  geometry: usize,
  dy: usize,
  codes: usize,
  imageScale: usize,
  dx: usize,
  group: i32,
  splits: i32,
  sum: usize,
  unit: usize,
): void {
  const f = load<i32>(geometry, FILTERS),
    images = load<i32>(geometry, BATCH),
    h = load<i32>(geometry, HEIGHT),
    w = load<i32>(geometry, WIDTH),
    c = load<i32>(geometry, CHANNELS),
    kh = load<i32>(geometry, KERNEL_HEIGHT),
    kw = load<i32>(geometry, KERNEL_WIDTH),
    oh = load<i32>(geometry, OUT_HEIGHT),
    ow = load<i32>(geometry, OUT_WIDTH),
    sh = load<i32>(geometry, STRIDE_HEIGHT),
    sw = load<i32>(geometry, STRIDE_WIDTH),
    top = load<i32>(geometry, TOP),
    left = load<i32>(geometry, LEFT);
  const padded = paddedFilters(f),
    rows = kh * kw * c,
    size = (<usize>entries(group, false)) << 6,
    chunks = chunksOf(f, group);
  const part = (c + splits - 1) / splits,
    places = kh * w,
    imageBytes = (<usize>(h * w * c)) << 2,
    toSum = sum ? sum - dx : 0;
  for (let i = from; i < to; i++) {
    const block = i / splits,
      c0 = (i % splits) * part,
      channels = min(part, c - c0),
      lanes = min(32, images - (block << 5));
    if (channels <= 0) continue;
    // For each position of a few rows of dx: sums [channels][32] as int16, and as float32 if `wide` is set, and the bound of the sums.
    const narrow = scratch + 4 * size,
      wide = narrow + ((<usize>(places * channels)) << 6),
      reaches = wide + ((<usize>(places * channels)) << 7);
    const isWide = reaches + ((<usize>places) << 2),
      column = isWide + ((<usize>places) << 2);
    const out = dx + ((<usize>((block << 5) * h * w * c + c0)) << 2),
      scales = imageScale + ((<usize>block) << 7);
    let ready = 0,
      done = 0;
    for (let oy = 0; oy < oh; oy++) {
      const r0 = oy * sh - top;
      for (; ready < min(h, r0 + kh); ready++) {
        const at = <usize>((ready % kh) * w);
        memory.fill(narrow + ((at * channels) << 6), 0, (<usize>(w * channels)) << 6);
        memory.fill(reaches + (at << 2), 0, (<usize>w) << 2);
        memory.fill(isWide + (at << 2), 0, (<usize>w) << 2);
      }
      for (let ox = 0; ox < ow; ox++) {
        const q0 = ox * sw - left,
          pixel = dy + ((<usize>(((block * oh + oy) * ow + ox) * padded)) << 6);
        for (let k = 0; k < chunks; k++) {
          const first = k * 4 * group,
            here = min(4 * group, f - first),
            p = pixel + ((<usize>first) << 6),
            most = bound(p, here);
          if (!most) continue;
          let count = 0;
          for (let at = 0; at < here; at += group) {
            buildTable<i16>(p + ((<usize>at) << 6), min(group, here - at), 64, false, scratch + <usize>count * size);
            count++;
          }
          for (let u = max(0, -r0); u < min(kh, h - r0); u++) {
            for (let v = max(0, -q0); v < min(kw, w - q0); v++) {
              const at = <usize>(((r0 + u) % kh) * w + q0 + v),
                sums = narrow + ((at * channels) << 6);
              let reach = load<i32>(reaches + (at << 2)) + most;
              if (reach > 32767) {
                const floats = wide + ((at * channels) << 7);
                if (!load<i32>(isWide + (at << 2))) memory.fill(floats, 0, (<usize>channels) << 7);
                store<i32>(isWide + (at << 2), 1);
                widen(sums, channels, floats);
                reach = most;
              }
              store<i32>(reaches + (at << 2), reach);
              addEntries<i16>(count, codes + ((<usize>(k * rows + (u * kw + v) * c + c0)) << 2), channels, sums, scratch, size);
            }
          }
        }
      }
      const limit = oy + 1 < oh ? r0 + sh : h;
      for (const last = min(ready, limit); done < last; done++) {
        for (let q = 0; q < w; q++) {
          const at = <usize>((done % kh) * w + q);
          scaleColumn(
            narrow + ((at * channels) << 6),
            load<i32>(isWide + (at << 2)) ? wide + ((at * channels) << 7) : 0,
            channels,
            scales,
            column,
          );
          scatterColumn(column, 128, channels, lanes, out + ((<usize>((done * w + q) * c)) << 2), imageBytes, toSum, unit - dx);
        }
      }
      // A stride longer than the kernel skips rows to which nothing is added.
      for (const last = min(h, limit); done < last; done++) {
        clear(w, channels, lanes, out + ((<usize>(done * w * c)) << 2), c, imageBytes, toSum);
        ready = done + 1;
      }
    }
  }
}

/** column[channels][32] (float32) = scale[32] · (int16 sums + float32 sums, if there are any). */
function scaleColumn(narrow: usize, wide: usize, channels: i32, scales: usize, column: usize): void {
  for (let k = 0; k < channels; k++) {
    for (let j: usize = 0; j < 128; j += 32) {
      const a = v128.load(narrow);
      let low = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(a)),
        high = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(a));
      if (wide) {
        low = f32x4.add(low, v128.load(wide));
        high = f32x4.add(high, v128.load(wide, 16));
        wide += 32;
      }
      v128.store(column, f32x4.mul(low, v128.load(scales + j)));
      v128.store(column, f32x4.mul(high, v128.load(scales + j, 16)), 16);
      narrow += 16;
      column += 32;
    }
  }
}
