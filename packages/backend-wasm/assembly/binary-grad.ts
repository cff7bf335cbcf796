// Gradients of a binary convolution by tables of signed sums (tables.ts), from a dy that is packed once for both (pack-gradient.ts): for
// one pixel, the same 16 filters of all images are adjacent. Padding then never needs a table entry: for one output pixel and tap, either
// all images have an input pixel or none has.
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
import { paddedImages } from "./pack-gradient.ts";
import { addEntries, buildTable, entries } from "./tables.ts";
import { transpose4 } from "./simd.ts";

/** Number of chunks, of four groups of `group` each, for n items. */
// @callable
export function chunksOf(n: i32, group: i32): i32 {
  return (n + 4 * group - 1) / (4 * group);
}

/** Expands sixteen bits to sixteen bytes of 0 or −1. */
// @inline
function spread(bits: u32): v128 {
  const places = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
  const bytes = i8x16.swizzle(i16x8.splat(<i16>bits), i8x16(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1));
  return i8x16.eq(v128.and(bytes, places), places);
}

/** The codes of one group of images for 16 channels; p is the address of the first image's bits. */
// @inline
function groupCodes(p: usize, v: usize, images: i32, imageBytes: usize): v128 {
  let code = i8x16.splat(0);
  for (let j = images - 1; j >= 0; j--) {
    const at = <usize>j * imageBytes,
      sign = spread(load<u16>(p + at));
    code = i8x16.add(code, code);
    if (!v) code = i8x16.sub(code, sign);
    else {
      // digit = 1 if not valid, else 0 or 2
      code = i8x16.add(code, i8x16.add(i8x16.shr_u(code, 1), i8x16.splat(1)));
      const valid = spread(load<u16>(v + at));
      code = i8x16.add(code, v128.and(valid, v128.bitselect(i8x16.splat(1), i8x16.splat(-1), sign)));
    }
  }
  return code;
}

/**
 * codes[chunk][pixel][⌈c/16⌉·16] of the pixels from … to: one byte for each of the chunk's four groups of `group` images, from the bits of
 * x [images, pixels, c]. `valid` is 0 if no value is 0.
 */
// @callable
export function imageCodes(
  from: i32,
  to: i32,
  scratch: usize,
  signs: usize,
  valid: usize,
  images: i32,
  pixels: i32,
  c: i32,
  group: i32,
  codes: usize,
): void {
  const bytes = (c + 7) >> 3,
    imageBytes = <usize>pixels * bytes,
    padded = (c + 15) & ~15,
    chunks = chunksOf(images, group);
  for (let s = from; s < to; s++) {
    for (let k = 0; k < chunks; k++) {
      let out = codes + ((<usize>((k * pixels + s) * padded)) << 2);
      for (let c0 = 0; c0 < c; c0 += 16) {
        const at = <usize>s * bytes + (c0 >> 3);
        let i = k * 4 * group;
        let n = max(0, min(group, images - i));
        const a = groupCodes(signs + <usize>i * imageBytes + at, valid ? valid + <usize>i * imageBytes + at : 0, n, imageBytes);
        i += group;
        n = max(0, min(group, images - i));
        const b = groupCodes(signs + <usize>i * imageBytes + at, valid ? valid + <usize>i * imageBytes + at : 0, n, imageBytes);
        i += group;
        n = max(0, min(group, images - i));
        const d = groupCodes(signs + <usize>i * imageBytes + at, valid ? valid + <usize>i * imageBytes + at : 0, n, imageBytes);
        i += group;
        n = max(0, min(group, images - i));
        const e = groupCodes(signs + <usize>i * imageBytes + at, valid ? valid + <usize>i * imageBytes + at : 0, n, imageBytes);
        const ab0 = i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        const ab1 = i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        const de0 = i8x16.shuffle(d, e, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        const de1 = i8x16.shuffle(d, e, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        v128.store(out, i16x8.shuffle(ab0, de0, 0, 8, 1, 9, 2, 10, 3, 11));
        v128.store(out, i16x8.shuffle(ab0, de0, 4, 12, 5, 13, 6, 14, 7, 15), 16);
        v128.store(out, i16x8.shuffle(ab1, de1, 0, 8, 1, 9, 2, 10, 3, 11), 32);
        v128.store(out, i16x8.shuffle(ab1, de1, 4, 12, 5, 13, 6, 14, 7, 15), 48);
        out += 64;
      }
    }
  }
}

/** codes[chunk][rows] of the rows from … to of the kernel [rows, f]: one byte for each of the chunk's four groups of `group` filters. */
// @callable
export function kernelCodes(from: i32, to: i32, scratch: usize, kernel: usize, rows: i32, f: i32, group: i32, codes: usize): void {
  const chunks = chunksOf(f, group);
  for (let r = from; r < to; r++) {
    const p = kernel + ((<usize>(r * f)) << 2);
    for (let k = 0; k < chunks; k++) {
      let code: u32 = 0;
      for (let g = 0; g < 4; g++) {
        const first = (k * 4 + g) * group,
          n = min(group, f - first);
        for (let j = 0; j < n; j++) code |= (<u32>(load<f32>(p + ((<usize>(first + j)) << 2)) > 0 ? 1 : 0)) << (8 * g + j);
      }
      store<u32>(codes + ((<usize>(k * rows + r)) << 2), code);
    }
  }
}

// @callable
export function inputGradScratch(f: i32, group: i32, kh: i32, w: i32, channels: i32): usize {
  return ((<usize>((f + 15) & ~15)) << 6) + ((<usize>entries(group, false)) << 8) + ((<usize>(kh * w * channels)) << 6) + 64;
}

/**
 * dx [images, h, w, c], 16 images at a time: for every output pixel, the filters' signed sums of dy, multiplied by factor[f], form tables,
 * and every (tap, channel) adds its entries to a few rows of dx, which are kept as [row][column][channel][image] until they are complete.
 * from … to are units: for each 16 images, `splits` parts of the channels. For `sum` and `unit` see `scatterColumn`.
 */
// @callable
export function binaryInputGrad(
  from: i32,
  to: i32,
  scratch: usize,
  geometry: usize,
  dy: usize,
  codes: usize,
  factor: usize,
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
  const all = paddedImages(images),
    plane = (<usize>(oh * ow * all)) << 6,
    rows = kh * kw * c,
    size = (<usize>entries(group, false)) << 6;
  const turned = scratch,
    tables = turned + ((<usize>((f + 15) & ~15)) << 6),
    ring = tables + 4 * size,
    chunks = chunksOf(f, group);
  const part = (c + splits - 1) / splits;
  for (let i = from; i < to; i++) {
    const b0 = (i / splits) << 4,
      c0 = (i % splits) * part,
      channels = min(part, c - c0);
    if (channels <= 0) continue;
    const rowBytes = (<usize>(w * channels)) << 6;
    let ready = 0,
      done = 0;
    for (let oy = 0; oy < oh; oy++) {
      const r0 = oy * sh - top;
      for (; ready < min(h, r0 + kh); ready++) memory.fill(ring + <usize>(ready % kh) * rowBytes, 0, rowBytes);
      for (let ox = 0; ox < ow; ox++) {
        const q0 = ox * sw - left;
        turn(dy + ((<usize>((oy * ow + ox) * all + b0)) << 6), plane, f, factor, turned);
        for (let k = 0; k < chunks; k++) {
          const first = k * 4 * group,
            count = min(4, (f - first + group - 1) / group);
          for (let g = 0; g < count; g++) {
            const at = first + g * group;
            buildTable<f32>(turned + ((<usize>at) << 6), min(group, f - at), 64, false, tables + <usize>g * size);
          }
          const v0 = max(0, -q0),
            taps = max(0, min(kw, w - q0) - v0);
          for (let u = max(0, -r0); u < min(kh, h - r0); u++) {
            // Taps of one row are adjacent, unless the channels are split.
            const code = codes + ((<usize>(k * rows + (u * kw + v0) * c + c0)) << 2);
            const sums = ring + <usize>((r0 + u) % kh) * rowBytes + ((<usize>((q0 + v0) * channels)) << 6);
            if (channels == c) addEntries<f32>(count, code, taps * c, sums, tables, size);
            else {
              for (let v = 0; v < taps; v++) {
                addEntries<f32>(count, code + ((<usize>(v * c)) << 2), channels, sums + ((<usize>(v * channels)) << 6), tables, size);
              }
            }
          }
        }
      }
      for (const limit = min(ready, oy + 1 < oh ? r0 + sh : h); done < limit; done++) {
        const at = (<usize>((b0 * h + done) * w * c + c0)) << 2,
          some = min(16, images - b0);
        flush(
          ring + <usize>(done % kh) * rowBytes,
          w,
          channels,
          some,
          dx + at,
          c,
          (<usize>(h * w * c)) << 2,
          sum ? sum - dx : 0,
          unit - dx,
        );
      }
      // A stride longer than the kernel skips rows to which nothing is added.
      for (const limit = min(h, oy + 1 < oh ? r0 + sh : h); done < limit; done++) {
        const at = (<usize>((b0 * h + done) * w * c + c0)) << 2;
        clear(w, channels, min(16, images - b0), dx + at, c, (<usize>(h * w * c)) << 2, sum ? sum - dx : 0);
        ready = done + 1;
      }
    }
  }
}

/** turned[f][16 images] = factor[f] · dy [16 images][16] of each plane. */
function turn(dy: usize, plane: usize, f: i32, factor: usize, turned: usize): void {
  for (let f0 = 0; f0 < f; f0 += 16) {
    for (let j: usize = 0; j < 64; j += 16) {
      for (let b: usize = 0; b < 64; b += 16) {
        const p = dy + (b << 4) + j;
        transpose4(p, p + 64, p + 128, p + 192, turned + (j << 4) + b, 64);
      }
    }
    for (let j = 0; j < min(16, f - f0); j++) {
      const a = v128.load_splat<f32>(factor + ((<usize>(f0 + j)) << 2)),
        p = turned + ((<usize>j) << 6);
      v128.store(p, f32x4.mul(v128.load(p), a));
      v128.store(p, f32x4.mul(v128.load(p, 16), a), 16);
      v128.store(p, f32x4.mul(v128.load(p, 32), a), 32);
      v128.store(p, f32x4.mul(v128.load(p, 48), a), 48);
    }
    dy += plane;
    turned += 1024;
  }
}

/** Moves one row of dx from [column][channel][16] to its position in every image. */
function flush(row: usize, w: i32, channels: i32, images: i32, dx: usize, c: i32, imageBytes: usize, toSum: usize, toUnit: usize): void {
  for (let q = 0; q < w; q++) {
    scatterColumn(row, 64, channels, images, dx, imageBytes, toSum, toUnit);
    row += (<usize>channels) << 6;
    dx += (<usize>c) << 2;
  }
}

/**
 * Moves one column of dx from [channel][image], in rows of `stride` bytes, to its position in every image. If `toSum` is not 0, it stores
 * the value `toSum` bytes further on, plus the column wherever the value `toUnit` bytes further on is within ±1.
 */
export function scatterColumn(
  column: usize,
  stride: usize,
  channels: i32,
  images: i32,
  dx: usize,
  imageBytes: usize,
  toSum: usize,
  toUnit: usize,
): void {
  for (let b = 0; b < images; b += 4) {
    let out = dx + <usize>b * imageBytes,
      p = column + ((<usize>b) << 2),
      k = 0;
    if (b + 4 <= images) {
      for (; k + 4 <= channels; k += 4) {
        if (toSum) transposeOnto(p, stride, out, imageBytes, toSum, toUnit);
        else transpose4(p, p + stride, p + 2 * stride, p + 3 * stride, out, imageBytes);
        p += 4 * stride;
        out += 16;
      }
    }
    for (; k < channels; k++) {
      for (let i = 0; i < min(4, images - b); i++) {
        const to = out + <usize>i * imageBytes,
          value = load<f32>(p + ((<usize>i) << 2));
        if (toSum) store<f32>(to, load<f32>(to + toSum) + (abs(load<f32>(to + toUnit)) < 1 ? value : 0));
        else store<f32>(to, value);
      }
      p += stride;
      out += 4;
    }
  }
}

// @inline
function storeOnto(to: usize, toSum: usize, toUnit: usize, value: v128): void {
  const passed = v128.and(value, f32x4.lt(f32x4.abs(v128.load(to + toUnit)), f32x4.splat(1)));
  v128.store(to, f32x4.add(v128.load(to + toSum), passed));
}

// @inline
function transposeOnto(p: usize, stride: usize, d: usize, imageBytes: usize, toSum: usize, toUnit: usize): void {
  const a = v128.load(p),
    b = v128.load(p + stride),
    c = v128.load(p + 2 * stride),
    e = v128.load(p + 3 * stride);
  const t0 = i32x4.shuffle(a, b, 0, 4, 1, 5),
    t1 = i32x4.shuffle(c, e, 0, 4, 1, 5),
    t2 = i32x4.shuffle(a, b, 2, 6, 3, 7),
    t3 = i32x4.shuffle(c, e, 2, 6, 3, 7);
  storeOnto(d, toSum, toUnit, i64x2.shuffle(t0, t1, 0, 2));
  storeOnto(d + imageBytes, toSum, toUnit, i64x2.shuffle(t0, t1, 1, 3));
  storeOnto(d + 2 * imageBytes, toSum, toUnit, i64x2.shuffle(t2, t3, 0, 2));
  storeOnto(d + 3 * imageBytes, toSum, toUnit, i64x2.shuffle(t2, t3, 1, 3));
}

/** Fills one row of dx of every image with zeros, or with the values `toSum` bytes further on. */
export function clear(w: i32, channels: i32, images: i32, dx: usize, c: i32, imageBytes: usize, toSum: usize): void {
  for (let b = 0; b < images; b++) {
    for (let q = 0; q < w; q++) {
      const to = dx + <usize>b * imageBytes + ((<usize>(q * c)) << 2);
      if (toSum) for (let k: usize = 0; k < (<usize>channels) << 2; k += 4) store<f32>(to + k, load<f32>(to + k + toSum) + 0);
      else memory.fill(to, 0, (<usize>channels) << 2);
    }
  }
}

// @callable
export function kernelGradScratch(group: i32, three: bool): usize {
  return ((<usize>entries(group, three)) << 8) + 64;
}

/**
 * partials[unit][rows][16] = Σ x·dy over a part of the output pixels and all images, for 16 filters: for every pixel, the images' signed
 * sums of dy form tables, and every (tap, channel) adds the entries of its codes. from … to are units: for each of `splits` parts of the
 * pixels, the planes of 16 filters.
 */
// @callable
export function binaryKernelGrad(
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
  const all = paddedImages(images),
    pixels = oh * ow,
    planes = (f + 15) >> 4,
    padded = (c + 15) & ~15,
    chunks = chunksOf(images, group);
  const size = (<usize>entries(group, three)) << 6,
    accBytes = (<usize>(kh * kw * c)) << 6,
    part = (pixels + splits - 1) / splits;
  for (let unit = from; unit < to; unit++) {
    const plane = dy + ((<usize>(unit % planes) * pixels * all) << 6),
      first = (unit / planes) * part,
      acc = partials + <usize>unit * accBytes;
    memory.fill(acc, 0, accBytes);
    for (let q = first; q < min(pixels, first + part); q++) {
      const r0 = (q / ow) * sh - top,
        q0 = (q % ow) * sw - left;
      for (let k = 0; k < chunks; k++) {
        const image = k * 4 * group,
          count = min(4, (images - image + group - 1) / group);
        for (let g = 0; g < count; g++) {
          const at = image + g * group;
          buildTable<f32>(plane + ((<usize>(q * all + at)) << 6), min(group, images - at), 64, three, scratch + <usize>g * size);
        }
        for (let u = max(0, -r0); u < min(kh, h - r0); u++) {
          const v0 = max(0, -q0),
            taps = max(0, min(kw, w - q0) - v0);
          const code = codes + ((<usize>(k * h * w + (r0 + u) * w + q0 + v0) * padded) << 2),
            sums = acc + ((<usize>((u * kw + v0) * c)) << 6);
          if (padded == c) addEntries<f32>(count, code, taps * c, sums, scratch, size);
          else {
            for (let v = 0; v < taps; v++) {
              addEntries<f32>(count, code + ((<usize>(v * padded)) << 2), c, sums + ((<usize>(v * c)) << 6), scratch, size);
            }
          }
        }
      }
    }
  }
}

/** dKernel [rows, f] = factor[f] · the partial sums [split][plane][rows][2^lanes] of all splits, for the rows from … to. */
// @callable
export function addKernelPartials(
  from: i32,
  to: i32,
  scratch: usize,
  partials: usize,
  rows: i32,
  f: i32,
  splits: i32,
  factor: usize,
  lanes: i32,
  dKernel: usize,
): void {
  const last = (1 << lanes) - 1,
    planes = (f + last) >> lanes,
    plane = (<usize>rows) << (lanes + 2),
    stride = <usize>planes * plane;
  for (let r = from; r < to; r++) {
    for (let j = 0; j < f; j += 4) {
      let p = partials + <usize>(j >> lanes) * plane + ((<usize>r) << (lanes + 2)) + ((<usize>(j & last)) << 2),
        s = v128.load(p);
      for (let k = 1; k < splits; k++) {
        p += stride;
        s = f32x4.add(s, v128.load(p));
      }
      s = f32x4.mul(s, v128.load(factor + ((<usize>j) << 2)));
      const out = dKernel + ((<usize>(r * f + j)) << 2);
      if (j + 4 <= f) v128.store(out, s);
      else {
        v128.store_lane<f32>(out, s, 0);
        if (j + 1 < f) v128.store_lane<f32>(out, s, 1, 4);
        if (j + 2 < f) v128.store_lane<f32>(out, s, 2, 8);
      }
    }
  }
}

/** factor[f] = the magnitude of each filter's first weight, times scale. */
// @callable
export function magnitudes(kernel: usize, f: i32, scale: f32, factor: usize): void {
  for (let j: usize = 0; j < (<usize>f) << 2; j += 4) store<f32>(factor + j, abs<f32>(load<f32>(kernel + j)) * scale);
}
