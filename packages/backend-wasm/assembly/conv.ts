// Convolution and its two gradients as matrix products over patches that are gathered block by block, never all at once.
import { evenB, multiplyPanels, packB, panelWidth } from "./tile";

const KC: i32 = 384, MC: i32 = 64, PIXELS: i32 = 256, GROUP: i32 = 64;

/** Taps of the kernel per block: the packed block should stay near KC rows. */
function tapsPerBlock(channels: i32): i32 {
  return max(1, KC / channels);
}

// @ts-ignore: decorator
@inline
function transpose4(p0: usize, p1: usize, p2: usize, p3: usize, d: usize): void {
  const a = v128.load(p0), b = v128.load(p1), c = v128.load(p2), e = v128.load(p3);
  const t0 = i32x4.shuffle(a, b, 0, 4, 1, 5), t1 = i32x4.shuffle(c, e, 0, 4, 1, 5);
  const t2 = i32x4.shuffle(a, b, 2, 6, 3, 7), t3 = i32x4.shuffle(c, e, 2, 6, 3, 7);
  v128.store(d, i64x2.shuffle(t0, t1, 0, 2));
  v128.store(d, i64x2.shuffle(t0, t1, 1, 3), 16);
  v128.store(d, i64x2.shuffle(t2, t3, 0, 2), 32);
  v128.store(d, i64x2.shuffle(t2, t3, 1, 3), 48);
}

/**
 * For `count` output pixels from number `first` on: row and column of the patch's corner in the input, and where the
 * pixel's image begins: 12 bytes each.
 */
function corners(
  first: i32, count: i32, oh: i32, ow: i32, sh: i32, sw: i32, top: i32, left: i32, x: usize, image: usize, table: usize,
): void {
  let column = first % ow, rest = first / ow;
  let row = rest % oh, base = x + <usize>(rest / oh) * image;
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

/** Address of the input pixel under tap (u, v) of a patch; `zeros` outside, or between pixels that a stride spread apart. */
// @ts-ignore: decorator
@inline
function pixelUnder(entry: usize, u: i32, v: i32, h: i32, w: i32, spreadH: i32, spreadW: i32, bytes: usize, zeros: usize): usize {
  let row = load<i32>(entry) + u, column = load<i32>(entry, 4) + v;
  if (spreadH > 1 || spreadW > 1) {
    if (row < 0 || column < 0 || row % spreadH || column % spreadW) return zeros;
    row /= spreadH;
    column /= spreadW;
  }
  if (<u32>row >= <u32>h || <u32>column >= <u32>w) return zeros;
  return load<usize>(entry, 8) + <usize>(row * w + column) * bytes;
}

export function convScratch(c: i32, f: i32, taps: i32): usize {
  const width = panelWidth(f), block = min(tapsPerBlock(c), taps);
  const packedW = <usize>(((f + width - 1) / width) * width) * <usize>(c * taps + taps) << 2;
  return 192 + 16 + (<usize>c << 2) + 16 + <usize>(MC * 12) + (<usize>(MC * (block * c + 1)) << 2) + packedW;
}

/**
 * y[from..to, f]: for every output pixel the sum over taps and channels of x·kernel. With `spread` above 1 the input is
 * taken as if that many − 1 zeros stood between its pixels: the gradient with respect to a strided convolution's input.
 * The kernel's element (tap, channel, filter) stands at kernel + tap·tapStride + channel·rowStride + filter·columnStride.
 */
export function conv2d(
  x: usize, h: i32, w: i32, c: i32, kernel: usize, kh: i32, kw: i32, tapStride: isize, rowStride: usize, columnStride: usize,
  f: i32, y: usize, oh: i32, ow: i32, sh: i32, sw: i32, top: i32, left: i32, spreadH: i32, spreadW: i32,
  from: i32, to: i32, scratch: usize,
): void {
  const taps = kh * kw, perBlock = min(tapsPerBlock(c), taps), width = panelWidth(f), columns = ((f + width - 1) / width) * width;
  const bytes = <usize>c << 2, ldc = <usize>f << 2, image = <usize>(h * w) * bytes;
  const zeros = scratch + 192, table = zeros + ((bytes + 31) & ~15);
  const packedX = table + <usize>(MC * 12), packedW = packedX + (<usize>(MC * (perBlock * c + 1)) << 2);
  memory.fill(zeros, 0, bytes + 16);
  let block = packedW;
  for (let t0 = 0; t0 < taps; t0 += perBlock) {
    const count = min(perBlock, taps - t0), kc = count * c, padded = (kc + 1) & ~1, panel = <usize>(padded * width) << 2;
    for (let t = 0; t < count; t++) {
      packB(kernel + <usize>((t0 + t) * tapStride), c, f, rowStride, columnStride, width, block + (<usize>(t * c * width) << 2), panel);
    }
    evenB(kc, f, width, block, panel);
    block += <usize>(padded * columns) << 2;
  }
  for (let i = from; i < to; i += MC) {
    const rows = min(MC, to - i);
    corners(i, rows, oh, ow, sh, sw, top, left, x, image, table);
    block = packedW;
    for (let t0 = 0; t0 < taps; t0 += perBlock) {
      const count = min(perBlock, taps - t0), kc = count * c, padded = (kc + 1) & ~1;
      let d = packedX;
      for (let r = 0; r < rows; r += 4) {
        // Ragged last rows gather the row before them once more; its products are never stored.
        const e0 = table + <usize>(r * 12), e1 = r + 1 < rows ? e0 + 12 : e0, e2 = r + 2 < rows ? e1 + 12 : e1, e3 = r + 3 < rows ? e2 + 12 : e2;
        let u = t0 / kw, v = t0 % kw;
        for (let t = 0; t < count; t++) {
          let p0 = pixelUnder(e0, u, v, h, w, spreadH, spreadW, bytes, zeros), p1 = pixelUnder(e1, u, v, h, w, spreadH, spreadW, bytes, zeros);
          let p2 = pixelUnder(e2, u, v, h, w, spreadH, spreadW, bytes, zeros), p3 = pixelUnder(e3, u, v, h, w, spreadH, spreadW, bytes, zeros);
          let k = c;
          for (; k >= 4; k -= 4) {
            transpose4(p0, p1, p2, p3, d);
            p0 += 16; p1 += 16; p2 += 16; p3 += 16;
            d += 64;
          }
          for (; k > 0; k--) {
            store<f32>(d, load<f32>(p0)); store<f32>(d, load<f32>(p1), 4); store<f32>(d, load<f32>(p2), 8); store<f32>(d, load<f32>(p3), 12);
            p0 += 4; p1 += 4; p2 += 4; p3 += 4;
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
      multiplyPanels(padded, packedX, rows, block, f, width, y + <usize>i * ldc, ldc, t0 > 0, scratch);
      block += <usize>(padded * columns) << 2;
    }
  }
}

export function convFilterGradScratch(c: i32, f: i32): usize {
  const width = panelWidth(f);
  return 192 + 16 + (<usize>c << 2) + 16 + <usize>(PIXELS * 12) + (<usize>(PIXELS * GROUP) << 2) + (<usize>(PIXELS * ((f + width - 1) / width) * width) << 2);
}

/** dw[tap from..to, c, f] = the sum over all `pixels` output pixels of (input under the tap)ᵀ·dy. */
export function conv2dFilterGrad(
  x: usize, h: i32, w: i32, c: i32, dy: usize, f: i32, dw: usize, kw: i32, oh: i32, ow: i32,
  sh: i32, sw: i32, top: i32, left: i32, pixels: i32, from: i32, to: i32, scratch: usize,
): void {
  const width = panelWidth(f), bytes = <usize>c << 2, ldc = <usize>f << 2, image = <usize>(h * w) * bytes;
  const zeros = scratch + 192, table = zeros + ((bytes + 31) & ~15);
  const packedX = table + <usize>(PIXELS * 12), packedDy = packedX + (<usize>(PIXELS * GROUP) << 2);
  memory.fill(zeros, 0, bytes + 16);
  for (let k0 = 0; k0 < pixels; k0 += PIXELS) {
    const kc = min(PIXELS, pixels - k0), padded = (kc + 1) & ~1, panel = <usize>(padded * width) << 2, aPanel = <usize>padded << 4;
    corners(k0, kc, oh, ow, sh, sw, top, left, x, image, table);
    packB(dy + <usize>k0 * ldc, kc, f, ldc, 4, width, packedDy, panel);
    evenB(kc, f, width, packedDy, panel);
    for (let t = from; t < to; t++) {
      const u = t / kw, v = t % kw;
      for (let c0 = 0; c0 < c; c0 += GROUP) {
        const rows = min(GROUP, c - c0), offset = <usize>c0 << 2;
        for (let q = 0; q < kc; q++) {
          let p = pixelUnder(table + <usize>(q * 12), u, v, h, w, 1, 1, bytes, zeros) + offset;
          let d = packedX + (<usize>q << 4);
          // Four channels at a time; beyond the last one stands whatever follows in memory, and is never stored.
          for (let r = 0; r < rows; r += 4) {
            v128.store(d, v128.load(p));
            p += 16;
            d += aPanel;
          }
        }
        if (padded != kc) {
          let d = packedX + (<usize>kc << 4);
          for (let r = 0; r < rows; r += 4) {
            v128.store(d, f32x4.splat(0));
            d += aPanel;
          }
        }
        multiplyPanels(padded, packedX, rows, packedDy, f, width, dw + <usize>(t * c + c0) * ldc, ldc, k0 > 0, scratch);
      }
    }
  }
}
