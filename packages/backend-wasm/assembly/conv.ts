// Convolution and its two gradients as matrix products over patches, which are gathered block by block, never all at once.
import {
  CHANNELS,
  FILTERS,
  HEIGHT,
  KERNEL_HEIGHT,
  KERNEL_WIDTH,
  LEFT,
  OUT_HEIGHT,
  OUT_WIDTH,
  SPREAD_HEIGHT,
  SPREAD_WIDTH,
  STRIDE_HEIGHT,
  STRIDE_WIDTH,
  TOP,
  WIDTH,
} from "../src/constants/geometry.ts";
import { CONV_BLOCK } from "../src/constants/sum-blocks.ts";
import { evenB, multiplyPanels, packB, panelWidth } from "./tile.ts";
import { transpose4 } from "./simd.ts";
import { blockLength, evaluate, programScratch } from "./program.ts";

// Panels of PIXELS rows start 3,840 bytes apart: at 4,096 they would all map to the same few cache lines.
const KC: i32 = CONV_BLOCK,
  PIXELS: i32 = 240,
  GROUP: i32 = 64;
/** Number of pixels whose patches are gathered at a time. */
export const MC: i32 = 64;

/** Taps of the kernel per block: the packed block should stay near KC rows. */
export function tapsPerBlock(channels: i32): i32 {
  return max(1, KC / channels);
}

/** Whether patches are gathered as whole rows: with few channels a tap is too short to be gathered individually. */
export function byRows(c: i32): bool {
  return c < 16;
}

/**
 * For `count` output pixels from number `first` on: row and column of the patch's corner in the input, and the address of the pixel's
 * image; 12 bytes each.
 */
export function corners(
  first: i32,
  count: i32,
  oh: i32,
  ow: i32,
  sh: i32,
  sw: i32,
  top: i32,
  left: i32,
  x: usize,
  image: usize,
  table: usize,
): void {
  let column = first % ow,
    rest = first / ow;
  let row = rest % oh,
    base = x + <usize>(rest / oh) * image;
  for (let i = 0; i < count; i++) {
    store<i32>(table, row * sh - top);
    store<i32>(table, column * sw - left, 4);
    store<usize>(table, base, 8);
    table += 12;
    if (++column == ow) {
      column = 0;
      if (++row == oh) {
        row = 0;
        base += image;
      }
    }
  }
}

/** Address of the input pixel under tap (u, v) of a patch; `zeros` outside the image, or between pixels that a stride dilates. */
// @inline
function pixelUnder(entry: usize, u: i32, v: i32, h: i32, w: i32, spreadH: i32, spreadW: i32, bytes: usize, zeros: usize): usize {
  let row = load<i32>(entry) + u,
    column = load<i32>(entry, 4) + v;
  if (spreadH > 1 || spreadW > 1) {
    if (row < 0 || column < 0 || row % spreadH || column % spreadW) return zeros;
    row /= spreadH;
    column /= spreadW;
  }
  if (<u32>row >= <u32>h || <u32>column >= <u32>w) return zeros;
  return load<usize>(entry, 8) + <usize>(row * w + column) * bytes;
}

/** Copies in units of 16 bytes: reads and writes up to 15 bytes too many. */
// @inline
function copyLoosely(dst: usize, src: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(dst + i, v128.load(src + i));
}

// @inline
function clearLoosely(dst: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(dst + i, f32x4.splat(0));
}

/** The whole patch of one pixel as a row of kh·kw input pixels of this many bytes, followed by up to 16 bytes of zeros. */
export function patchRow(entry: usize, kh: i32, kw: i32, h: i32, w: i32, bytes: usize, dst: usize): void {
  const row = load<i32>(entry),
    column = load<i32>(entry, 4),
    run = <usize>kw * bytes;
  const v0 = min(kw, max(0, -column)),
    v1 = max(v0, min(kw, w - column));
  const before = <usize>v0 * bytes,
    inside = <usize>(v1 - v0) * bytes;
  for (let u = 0; u < kh; u++) {
    // From left to right and top to bottom: excess bytes of a part are overwritten by the next.
    if (<u32>(row + u) >= <u32>h) clearLoosely(dst, run);
    else {
      if (before) clearLoosely(dst, before);
      copyLoosely(dst + before, load<usize>(entry, 8) + <usize>((row + u) * w + column + v0) * bytes, inside);
      if (v1 < kw) clearLoosely(dst + before + inside, run - before - inside);
    }
    dst += run;
  }
  v128.store(dst, f32x4.splat(0));
}

/** Size of the packed kernel in bytes. */
// @callable
export function convPacked(c: i32, f: i32, taps: i32): usize {
  const width = panelWidth(f);
  return (<usize>(((f + width - 1) / width) * width) * <usize>(c * taps + taps)) << 2;
}

// @callable
export function convScratch(c: i32, taps: i32): usize {
  const block = min(tapsPerBlock(c), taps),
    depth = block * c + 4;
  return 192 + 16 + ((<usize>c) << 2) + 16 + <usize>(MC * 12) + ((<usize>(MC * depth)) << 2) + ((<usize>depth) << 4) + 256;
}

/**
 * Packs the kernel for `conv2d`. Its element (tap, channel, filter) is at kernel + tap·tapStride + channel·rowStride + filter·columnStride.
 */
// @callable
export function packConvKernel(
  kernel: usize,
  taps: i32,
  c: i32,
  f: i32,
  tapStride: isize,
  rowStride: usize,
  columnStride: usize,
  block: usize,
): void {
  const perBlock = min(tapsPerBlock(c), taps),
    width = panelWidth(f),
    columns = ((f + width - 1) / width) * width;
  for (let t0 = 0; t0 < taps; t0 += perBlock) {
    const count = min(perBlock, taps - t0),
      kc = count * c,
      padded = (kc + 1) & ~1,
      panel = (<usize>(padded * width)) << 2;
    for (let t = 0; t < count; t++) {
      packB(kernel + <usize>((t0 + t) * tapStride), c, f, rowStride, columnStride, width, block + ((<usize>(t * c * width)) << 2), panel);
    }
    evenB(kc, f, width, block, panel);
    block += (<usize>(padded * columns)) << 2;
  }
}

/**
 * y[from..to, f]: for every output pixel the sum over taps and channels of x·kernel, plus bias[f] unless that is 0. With `spread` above 1
 * the input is dilated, as if that many − 1 zeros were between its pixels: the gradient with respect to a strided convolution's input. For
 * `fused` see `multiplyPanels`.
 */
// @callable
export function conv2d(
  from: i32,
  to: i32,
  scratch: usize,
  geometry: usize,
  x: usize,
  packedW: usize,
  y: usize,
  bias: usize,
  fused: bool,
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
    left = load<i32>(geometry, LEFT),
    spreadH = load<i32>(geometry, SPREAD_HEIGHT),
    spreadW = load<i32>(geometry, SPREAD_WIDTH);
  const taps = kh * kw,
    perBlock = min(tapsPerBlock(c), taps),
    width = panelWidth(f),
    columns = ((f + width - 1) / width) * width;
  const bytes = (<usize>c) << 2,
    ldc = (<usize>f) << 2,
    image = <usize>(h * w) * bytes,
    depth = perBlock * c + 4;
  const zeros = scratch + 192,
    table = zeros + ((bytes + 31) & ~15),
    patches = table + <usize>(MC * 12),
    packedX = patches + ((<usize>depth) << 4) + 128;
  const whole = byRows(c) && perBlock == taps && spreadH == 1 && spreadW == 1,
    patch = (<usize>(taps * c + 3) & ~3) << 2;
  memory.fill(zeros, 0, bytes + 16);
  for (let i = from; i < to; i += MC) {
    const rows = min(MC, to - i);
    corners(i, rows, oh, ow, sh, sw, top, left, x, image, table);
    let block = packedW;
    for (let t0 = 0; t0 < taps; t0 += perBlock) {
      const count = min(perBlock, taps - t0),
        kc = count * c,
        padded = (kc + 1) & ~1;
      let d = packedX;
      for (let r = 0; r < rows; r += 4) {
        // Missing last rows gather the previous row again; its products are never stored.
        const e0 = table + <usize>(r * 12),
          e1 = r + 1 < rows ? e0 + 12 : e0,
          e2 = r + 2 < rows ? e1 + 12 : e1,
          e3 = r + 3 < rows ? e2 + 12 : e2;
        if (whole) {
          patchRow(e0, kh, kw, h, w, bytes, patches);
          patchRow(e1, kh, kw, h, w, bytes, patches + patch);
          patchRow(e2, kh, kw, h, w, bytes, patches + 2 * patch);
          patchRow(e3, kh, kw, h, w, bytes, patches + 3 * patch);
          for (let k: usize = 0; k < patch; k += 16) {
            transpose4(patches + k, patches + patch + k, patches + 2 * patch + k, patches + 3 * patch + k, d + (k << 2), 16);
          }
          d += (<usize>padded) << 4;
          continue;
        }
        let u = t0 / kw,
          v = t0 % kw;
        for (let t = 0; t < count; t++) {
          let p0 = pixelUnder(e0, u, v, h, w, spreadH, spreadW, bytes, zeros),
            p1 = pixelUnder(e1, u, v, h, w, spreadH, spreadW, bytes, zeros);
          let p2 = pixelUnder(e2, u, v, h, w, spreadH, spreadW, bytes, zeros),
            p3 = pixelUnder(e3, u, v, h, w, spreadH, spreadW, bytes, zeros);
          let k = c;
          for (; k >= 4; k -= 4) {
            transpose4(p0, p1, p2, p3, d, 16);
            p0 += 16;
            p1 += 16;
            p2 += 16;
            p3 += 16;
            d += 64;
          }
          for (; k > 0; k--) {
            store<f32>(d, load<f32>(p0));
            store<f32>(d, load<f32>(p1), 4);
            store<f32>(d, load<f32>(p2), 8);
            store<f32>(d, load<f32>(p3), 12);
            p0 += 4;
            p1 += 4;
            p2 += 4;
            p3 += 4;
            d += 16;
          }
          if (++v == kw) {
            v = 0;
            u++;
          }
        }
        if (padded != kc) {
          v128.store(d, f32x4.splat(0));
          d += 16;
        }
      }
      multiplyPanels(padded, packedX, rows, block, f, width, y + <usize>i * ldc, ldc, t0 > 0, scratch, fused);
      block += (<usize>(padded * columns)) << 2;
    }
    if (bias) addRow(y + <usize>i * ldc, rows, f, bias);
  }
}

function addRow(y: usize, rows: i32, f: i32, bias: usize): void {
  const vectors = (<usize>f & ~3) << 2,
    end = (<usize>f) << 2;
  for (let r = 0; r < rows; r++) {
    let j: usize = 0;
    for (; j < vectors; j += 16) v128.store(y + j, f32x4.add(v128.load(y + j), v128.load(bias + j)));
    for (; j < end; j += 4) store<f32>(y + j, load<f32>(y + j) + load<f32>(bias + j));
    y += end;
  }
}

/** Rows of the kernel that one unit of `conv2dFilterGrad` covers: all of them if patches are gathered by rows, else those of one tap. */
// @callable
export function filterGradUnits(c: i32, taps: i32): i32 {
  return byRows(c) ? 1 : taps;
}

// @callable
export function convFilterGradScratch(c: i32, f: i32, taps: i32, length: i32, registers: i32): usize {
  const width = panelWidth(f),
    rows = byRows(c) ? (taps * c + 3) & ~3 : GROUP;
  return (
    192 +
    16 +
    ((<usize>c) << 2) +
    16 +
    <usize>(PIXELS * 12) +
    ((<usize>(rows * (PIXELS + 1))) << 2) +
    64 +
    ((<usize>(PIXELS * ((f + width - 1) / width) * width)) << 2) +
    ((<usize>(PIXELS * f + 4 * length)) << 2) +
    programScratch(registers, blockLength(length)) +
    256
  );
}

/**
 * partials[split][taps, c, f] = the sum over the split's output pixels of (input under the tap)ᵀ·dy, where dy is the values of a program.
 * from … to are taps (or all at once, see filterGradUnits) within splits of `pixelsPerSplit`.
 */
// @callable
export function conv2dFilterGrad(
  from: i32,
  to: i32,
  scratch: usize,
  geometry: usize,
  x: usize,
  dy: usize,
  partials: usize,
  pixels: i32,
  pixelsPerSplit: i32,
  length: i32,
  plain: usize,
): void {
  const h = load<i32>(geometry, HEIGHT),
    w = load<i32>(geometry, WIDTH),
    c = load<i32>(geometry, CHANNELS),
    f = load<i32>(geometry, FILTERS),
    kh = load<i32>(geometry, KERNEL_HEIGHT),
    kw = load<i32>(geometry, KERNEL_WIDTH),
    oh = load<i32>(geometry, OUT_HEIGHT),
    ow = load<i32>(geometry, OUT_WIDTH),
    sh = load<i32>(geometry, STRIDE_HEIGHT),
    sw = load<i32>(geometry, STRIDE_WIDTH),
    top = load<i32>(geometry, TOP),
    left = load<i32>(geometry, LEFT);
  const taps = kh * kw,
    whole = byRows(c),
    units = whole ? 1 : taps,
    panelRows = whole ? (taps * c + 3) & ~3 : GROUP;
  const width = panelWidth(f),
    bytes = (<usize>c) << 2,
    ldc = (<usize>f) << 2,
    image = <usize>(h * w) * bytes;
  const zeros = scratch + 192,
    table = zeros + ((bytes + 31) & ~15),
    packedX = table + <usize>(PIXELS * 12);
  const patch = packedX + ((<usize>(PIXELS * panelRows)) << 2);
  const packedDy = patch + ((<usize>panelRows) << 2) + 64,
    values = packedDy + ((<usize>(PIXELS * ((f + width - 1) / width) * width)) << 2);
  const work = values + ((<usize>(PIXELS * f + 4 * length)) << 2),
    block = blockLength(length);
  memory.fill(zeros, 0, bytes + 16);
  for (let unit = from; unit < to; unit++) {
    const split = unit / units,
      tap = unit % units,
      first = split * pixelsPerSplit,
      end = min(pixels, first + pixelsPerSplit);
    const dw = partials + <usize>split * <usize>(taps * c) * ldc;
    for (let k0 = first; k0 < end; k0 += PIXELS) {
      const kc = min(PIXELS, end - k0),
        padded = (kc + 1) & ~1,
        panel = (<usize>(padded * width)) << 2,
        aPanel = (<usize>padded) << 4;
      corners(k0, kc, oh, ow, sh, sw, top, left, x, image, table);
      let source = plain + <usize>k0 * ldc;
      if (!plain) {
        // Blocks start at whole patterns; k0 is a multiple of PIXELS and so of the rows of every pattern except odd ones, see the caller.
        source = values;
        for (let at = 0; at < kc * f; at += block) {
          evaluate(dy, <usize>k0 * f + at, min(block, kc * f - at), length, block, work, values + ((<usize>at) << 2));
        }
      }
      packB(source, kc, f, ldc, 4, width, packedDy, panel);
      evenB(kc, f, width, packedDy, panel);
      if (whole) {
        for (let q = 0; q < kc; q++) {
          patchRow(table + <usize>(q * 12), kh, kw, h, w, bytes, patch);
          let d = packedX + ((<usize>q) << 4);
          for (let r = 0; r < panelRows; r += 4) {
            v128.store(d, v128.load(patch + ((<usize>r) << 2)));
            d += aPanel;
          }
        }
        clearOdd(kc, padded, panelRows, packedX, aPanel);
        multiplyPanels(padded, packedX, taps * c, packedDy, f, width, dw, ldc, k0 > first, scratch, true);
        continue;
      }
      const u = tap / kw,
        v = tap % kw;
      for (let c0 = 0; c0 < c; c0 += GROUP) {
        const rows = min(GROUP, c - c0),
          offset = (<usize>c0) << 2;
        for (let q = 0; q < kc; q++) {
          let p = pixelUnder(table + <usize>(q * 12), u, v, h, w, 1, 1, bytes, zeros) + offset;
          let d = packedX + ((<usize>q) << 4);
          // Four channels at a time; what follows the last one in memory is computed with, but never stored.
          for (let r = 0; r < rows; r += 4) {
            v128.store(d, v128.load(p));
            p += 16;
            d += aPanel;
          }
        }
        clearOdd(kc, padded, rows, packedX, aPanel);
        multiplyPanels(padded, packedX, rows, packedDy, f, width, dw + <usize>(tap * c + c0) * ldc, ldc, k0 > first, scratch, true);
      }
    }
  }
}

function clearOdd(kc: i32, padded: i32, rows: i32, packed: usize, aPanel: usize): void {
  if (padded == kc) return;
  let d = packed + ((<usize>kc) << 4);
  for (let r = 0; r < rows; r += 4) {
    v128.store(d, f32x4.splat(0));
    d += aPanel;
  }
}

/** y = the sum of `count` arrays, `stride` bytes apart, times factor, for the floats from … to. */
// @callable
export function addPartials(
  from: usize,
  to: usize,
  scratch: usize,
  partials: usize,
  count: i32,
  stride: usize,
  factor: f32,
  y: usize,
): void {
  let i = from << 2;
  const vectors = i + (((to - from) & ~3) << 2),
    end = to << 2,
    factors = f32x4.splat(factor);
  for (; i < vectors; i += 16) {
    let s = v128.load(partials + i),
      p = partials + stride + i;
    for (let k = 1; k < count; k++) {
      s = f32x4.add(s, v128.load(p));
      p += stride;
    }
    v128.store(y + i, f32x4.mul(s, factors));
  }
  for (; i < end; i += 4) {
    let s = load<f32>(partials + i),
      p = partials + stride + i;
    for (let k = 1; k < count; k++) {
      s += load<f32>(p);
      p += stride;
    }
    store<f32>(y + i, s * factor);
  }
}
