// binary-conv.ts for narrow layers, where encoding a patch takes as long as counting with it. Two adjacent pixels share all neighbours but
// one: a row of the input is therefore encoded once as table indices, each position together with the position one step to the right, and a
// row of a pair's patch is a section of it.
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
import { emit, overhang } from "./binary-conv.ts";
import { blockWidth, factorsOffset, paddedFilters, stepsOf } from "./binary-filters.ts";
import { countRows, MOST_STEPS, STEP, TABLES } from "./lookup.ts";

/** Steps per row of a patch, or 0 if it is not a whole number. */
// @inline
function stepsOfRow(kw: i32, c: i32): i32 {
  const nibbles = kw * ((c + 7) >> 3) * 2;
  return nibbles % STEP ? 0 : nibbles / STEP;
}

/** Whether `binaryConvRows` supports this layer and is faster. */
// @callable
export function convolvesRows(kw: i32, c: i32): bool {
  const steps = stepsOfRow(kw, c);
  return kw > 1 && steps > 0 && steps <= MOST_STEPS;
}

/** Positions of an input row including its padding. */
// @inline
function placesOf(ow: i32, kw: i32, sw: i32): i32 {
  return (ow - 1) * sw + kw;
}

// @callable
export function binaryConvRowsScratch(kh: i32, kw: i32, c: i32, f: i32, ow: i32, sw: i32): usize {
  const bytes = <usize>((c + 7) >> 3),
    places = <usize>placesOf(ow, kw, sw);
  return (
    (places + sw) * bytes +
    32 +
    <usize>kh * (2 * places * bytes + 32) +
    ((<usize>kh) << 2) +
    256 +
    2 * ((<usize>paddedFilters(f)) << 2) +
    128
  );
}

/** Table indices of a row: the bits of each position as low halves of bytes, those `apart` bytes further on as high halves. */
function encodeRow(bits: usize, apart: usize, bytes: usize, codes: usize): void {
  const half = i8x16.splat(15);
  for (let i: usize = 0; i < bytes; i += 16) {
    const a = v128.load(bits + i),
      b = v128.load(bits + apart + i);
    const even = v128.bitselect(a, i16x8.shl(b, 4), half),
      odd = v128.bitselect(i16x8.shr_u(a, 4), b, half);
    v128.store(codes + 2 * i, i8x16.shuffle(even, odd, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
    v128.store(codes + 2 * i, i8x16.shuffle(even, odd, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), 16);
  }
}

function countNarrow(
  anew: bool,
  width: i32,
  tables: usize,
  codes: usize,
  stride: usize,
  slot: i32,
  ring: i32,
  rows: i32,
  steps: i32,
  weights: usize,
  sums: usize,
): void {
  if (anew) {
    if (width == 64) countRows(false, true, 64, tables, codes, 0, stride, slot, ring, rows, steps, weights, sums);
    else if (width == 32) countRows(false, true, 32, tables, codes, 0, stride, slot, ring, rows, steps, weights, sums);
    else countRows(false, true, 16, tables, codes, 0, stride, slot, ring, rows, steps, weights, sums);
  } else if (width == 64) countRows(false, false, 64, tables, codes, 0, stride, slot, ring, rows, steps, weights, sums);
  else if (width == 32) countRows(false, false, 32, tables, codes, 0, stride, slot, ring, rows, steps, weights, sums);
  else countRows(false, false, 16, tables, codes, 0, stride, slot, ring, rows, steps, weights, sums);
}

/** Like `binaryConv2d` for inputs without zeros; from … to are output rows of all images. */
// @callable
export function binaryConvRows(
  from: i32,
  to: i32,
  scratch: usize,
  geometry: usize,
  signs: usize,
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
  const bytes = <usize>((c + 7) >> 3),
    places = placesOf(ow, kw, sw),
    rowSteps = stepsOfRow(kw, c),
    steps = stepsOf(kh * kw, c);
  const filterBytes = (<usize>paddedFilters(f)) << 2,
    factors = packed + factorsOffset(f, kh * kw, c),
    biases = factors + filterBytes,
    counts = biases + filterBytes;
  const paddedBytes = (<usize>(places + sw) * bytes + 31) & ~15,
    codeBytes = (2 * <usize>places * bytes + 31) & ~15,
    least = f32x4.splat(relu ? 0 : -Infinity);
  const padded = (scratch + 15) & ~15,
    codes = padded + paddedBytes,
    held = codes + <usize>kh * codeBytes,
    sums = (held + ((<usize>kh) << 2) + 15) & ~15;
  const none = sums + 256,
    extra = none + filterBytes,
    inside = <usize>max(0, min(w, places + sw - left)) * bytes,
    most = MOST_STEPS / rowSteps;
  memory.fill(padded, 0, paddedBytes);
  memory.fill(none, 0, filterBytes);
  for (let u = 0; u < kh; u++) store<i32>(held + ((<usize>u) << 2), -1);
  for (let i = from; i < to; i++) {
    const image = i / oh,
      r0 = (i % oh) * sh - top,
      u0 = min(kh, max(0, -r0)),
      u1 = max(u0, min(kh, h - r0));
    for (let r = r0 + u0; r < r0 + u1; r++) {
      const slot = r % kh,
        row = image * h + r;
      if (load<i32>(held + ((<usize>slot) << 2)) == row) continue;
      store<i32>(held + ((<usize>slot) << 2), row);
      memory.copy(padded + <usize>left * bytes, signs + <usize>row * <usize>w * bytes, inside);
      encodeRow(padded, <usize>sw * bytes, <usize>places * bytes, codes + <usize>slot * codeBytes);
    }
    for (let f0 = 0; f0 < f; f0 += 64) {
      const width = blockWidth(f - f0),
        many = min(width, f - f0),
        at = (<usize>f0) << 2,
        weights = packed + TABLES + <usize>f0 * <usize>(steps * STEP);
      for (let x = 0; x < ow; x += 2) {
        const code = 2 * <usize>(x * sw) * bytes;
        if (u0 == u1) memory.fill(sums, 0, 256);
        for (let u = u0; u < u1; u += most) {
          const slot = (r0 + u) % kh,
            rows = min(most, u1 - u),
            own = weights + <usize>(u * rowSteps * STEP * width);
          countNarrow(u == u0, width, packed, codes + code, codeBytes, slot, kh, rows, rowSteps, own, sums);
        }
        for (let p = x; p < min(ow, x + 2); p++) {
          const column = p * sw - left,
            v0 = min(kw, max(0, -column)),
            v1 = max(v0, min(kw, w - column));
          if (v1 - v0 < kw) overhang(counts, filterBytes, kw, u0, u1, u0, u1, v0, v1, extra);
          const out = y + ((<usize>(i * ow + p) * f) << 2) + at;
          emit(
            (u1 - u0) * (v1 - v0) * c,
            sums + ((<usize>(p - x)) << 7),
            0,
            (v1 - v0 < kw ? extra : none) + at,
            factors + at,
            biases + at,
            least,
            many,
            out,
          );
        }
      }
    }
  }
}
