// Convolution of −1, 0, +1 with a kernel of −1, +1, by XNOR and popcount. A patch is a row of bytes, tap after tap, each tap
// ⌈C/8⌉ bytes, filled up to whole 64-bit words; so is each filter. Bits that belong to no channel are 0 in both.

/** 64-bit words of a patch. */
// @ts-ignore: decorator
@inline
function wordsOf(taps: i32, c: i32): i32 {
  return (taps * ((c + 7) >> 3) + 7) >> 3;
}

/** Bytes of the packed filters of `packFilters`. */
export function packedFilters(f: i32, taps: i32, c: i32): usize {
  const filters = <usize>((f + 3) & ~3);
  return ((filters * wordsOf(taps, c)) << 3) + ((filters * (taps + 2)) << 2);
}

/**
 * Bits of the kernel [taps, c, f] by filter, four filters side by side: [f/4][words][4], missing filters 0; then the factor
 * of each filter, the magnitude of its first weight times `factor`, and its bias, or 0; then, tap by tap, how many of its
 * weights are above 0. Groups of four filters, from … to.
 */
export function packFilters(from: i32, to: i32, scratch: usize, kernel: usize, taps: i32, c: i32, f: i32, factor: f32, bias: usize, packed: usize): void {
  const words = wordsOf(taps, c), groups = (f + 3) >> 2, stride = <usize>f << 2, padded = ((c + 7) & ~7), zero = f32x4.splat(0);
  const factors = packed + (<usize>(groups * words) << 5), biases = factors + (<usize>groups << 4), counts = biases + (<usize>groups << 4);
  for (let g = from; g < to; g++) {
    let out = packed + (<usize>(g * words) << 5), w0: u64 = 0, w1: u64 = 0, w2: u64 = 0, w3: u64 = 0, filled = 0;
    let p = kernel + (<usize>g << 4);
    const whole = (g << 2) + 4 <= f;
    for (let t = 0; t < taps; t++) {
      let positive = i32x4.splat(0);
      for (let k = 0; k < padded; k++) {
        if (k < c) {
          let m: u64 = 0;
          if (whole) m = i32x4.bitmask(f32x4.gt(v128.load(p), zero));
          else for (let i = 0; (g << 2) + i < f; i++) m |= <u64>(load<f32>(p + (<usize>i << 2)) > 0 ? 1 : 0) << i;
          w0 |= (m & 1) << filled; w1 |= ((m >> 1) & 1) << filled; w2 |= ((m >> 2) & 1) << filled; w3 |= ((m >> 3) & 1) << filled;
          positive = i32x4.add(positive, i32x4(<i32>(m & 1), <i32>((m >> 1) & 1), <i32>((m >> 2) & 1), <i32>((m >> 3) & 1)));
          p += stride;
        }
        if (++filled == 64) {
          store<u64>(out, w0); store<u64>(out, w1, 8); store<u64>(out, w2, 16); store<u64>(out, w3, 24);
          out += 32;
          w0 = 0; w1 = 0; w2 = 0; w3 = 0; filled = 0;
        }
      }
      v128.store(counts + (<usize>(t * groups + g) << 4), f32x4.convert_i32x4_s(positive));
    }
    if (filled) {
      store<u64>(out, w0); store<u64>(out, w1, 8); store<u64>(out, w2, 16); store<u64>(out, w3, 24);
    }
    for (let i = 0; i < 4; i++) {
      const o = (g << 2) + i, at = <usize>o << 2;
      store<f32>(factors + at, o < f ? abs<f32>(load<f32>(kernel + at)) * factor : 0);
      store<f32>(biases + at, o < f && bias ? load<f32>(bias + at) : 0);
    }
  }
}

// @ts-ignore: decorator
@inline
function copyLoosely(dst: usize, src: usize, bytes: i32): void {
  for (let i = 0; i < bytes; i += 8) store<u64>(dst + i, load<u64>(src + i));
}

// @ts-ignore: decorator
@inline
function fillLoosely(dst: usize, value: u64, bytes: i32): void {
  for (let i = 0; i < bytes; i += 8) store<u64>(dst + i, value);
}

/**
 * The patch with corner (row, column) of the image of bits at `image` as one row, zeros outside the image. Parts are written from first to last, each up to 7 bytes too far, which the next one mends.
 */
function gather(
  image: usize, row: i32, column: i32, h: i32, w: i32, bytes: i32, kh: i32, kw: i32, words: i32, dst: usize,
): void {
  const v0 = min(kw, max(0, -column)), v1 = max(v0, min(kw, w - column));
  const before = v0 * bytes, inside = (v1 - v0) * bytes, after = (kw - v1) * bytes;
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
  const rest = kh * kw * bytes & 7;
  if (rest) {
    const last = dst + (<usize>(words - 1) << 3);
    store<u64>(last, load<u64>(last) & (<u64>-1 >> <u64>(64 - 8 * rest)));
  }
}

// @ts-ignore: decorator
@inline
function emit(y: usize, factor: usize, bias: usize, extra: v128, least: v128, f: i32, f0: i32, n: i64, s0: i64, s1: i64, s2: i64, s3: i64): void {
  const sums = f32x4.add(f32x4.convert_i32x4_s(i32x4(<i32>(n - 2 * s0), <i32>(n - 2 * s1), <i32>(n - 2 * s2), <i32>(n - 2 * s3))), extra);
  const values = f32x4.max(f32x4.add(f32x4.mul(sums, v128.load(factor)), v128.load(bias)), least);
  if (f0 + 4 <= f) v128.store(y, values);
  else {
    v128.store_lane<f32>(y, values, 0);
    if (f0 + 1 < f) v128.store_lane<f32>(y, values, 1, 4);
    if (f0 + 2 < f) v128.store_lane<f32>(y, values, 2, 8);
  }
}

/** Bits set in a row. */
// @ts-ignore: decorator
@inline
function countBits(row: usize, wordBytes: usize): i64 {
  let n: i64 = 0;
  for (let k: usize = 0; k < wordBytes; k += 8) n += popcnt(load<i64>(row + k));
  return n;
}

export function binaryConvScratch(taps: i32, c: i32, f: i32): usize {
  return (<usize>wordsOf(taps, c) << 5) + 256 + <usize>((f + 3) & ~3) * 12;
}

// @ts-ignore: decorator
@inline
function pairMasked(a0: usize, a1: usize, m0: usize, m1: usize, packed: usize, wordBytes: usize, factors: usize, biases: usize, least: v128, f: i32, n0: i64, n1: i64, out: usize, next: usize): void {
  let wp = packed;
  for (let f0 = 0; f0 < f; f0 += 4) {
    let s00: i64 = 0, s01: i64 = 0, s02: i64 = 0, s03: i64 = 0, s10: i64 = 0, s11: i64 = 0, s12: i64 = 0, s13: i64 = 0;
    for (let k: usize = 0; k < wordBytes; k += 8) {
      const x0 = load<i64>(a0 + k), x1 = load<i64>(a1 + k), v0 = load<i64>(m0 + k), v1 = load<i64>(m1 + k);
      let q = load<i64>(wp);
      s00 += popcnt((x0 ^ q) & v0); s10 += popcnt((x1 ^ q) & v1);
      q = load<i64>(wp, 8);
      s01 += popcnt((x0 ^ q) & v0); s11 += popcnt((x1 ^ q) & v1);
      q = load<i64>(wp, 16);
      s02 += popcnt((x0 ^ q) & v0); s12 += popcnt((x1 ^ q) & v1);
      q = load<i64>(wp, 24);
      s03 += popcnt((x0 ^ q) & v0); s13 += popcnt((x1 ^ q) & v1);
      wp += 32;
    }
    const at = <usize>f0 << 2;
    emit(out + at, factors + at, biases + at, f32x4.splat(0), least, f, f0, n0, s00, s01, s02, s03);
    if (next) emit(next + at, factors + at, biases + at, f32x4.splat(0), least, f, f0, n1, s10, s11, s12, s13);
  }
}

// @ts-ignore: decorator
@inline
function pairWhole(a0: usize, a1: usize, packed: usize, wordBytes: usize, factors: usize, biases: usize, least: v128, f: i32, n0: i64, n1: i64, e0: usize, e1: usize, out: usize, next: usize): void {
  let wp = packed;
  for (let f0 = 0; f0 < f; f0 += 4) {
    let s00: i64 = 0, s01: i64 = 0, s02: i64 = 0, s03: i64 = 0, s10: i64 = 0, s11: i64 = 0, s12: i64 = 0, s13: i64 = 0;
    for (let k: usize = 0; k < wordBytes; k += 8) {
      const x0 = load<i64>(a0 + k), x1 = load<i64>(a1 + k);
      let q = load<i64>(wp);
      s00 += popcnt(x0 ^ q); s10 += popcnt(x1 ^ q);
      q = load<i64>(wp, 8);
      s01 += popcnt(x0 ^ q); s11 += popcnt(x1 ^ q);
      q = load<i64>(wp, 16);
      s02 += popcnt(x0 ^ q); s12 += popcnt(x1 ^ q);
      q = load<i64>(wp, 24);
      s03 += popcnt(x0 ^ q); s13 += popcnt(x1 ^ q);
      wp += 32;
    }
    const at = <usize>f0 << 2;
    emit(out + at, factors + at, biases + at, v128.load(e0 + at), least, f, f0, n0, s00, s01, s02, s03);
    if (next) emit(next + at, factors + at, biases + at, v128.load(e1 + at), least, f, f0, n1, s10, s11, s12, s13);
  }
}

/**
 * For a patch that reaches over the image's edge: extra[f] = twice the filter's weights above 0 under taps outside the image,
 * where the row of bits has zeros that would count as −1. Returns how many values are inside.
 */
function overhang(counts: usize, groups: i32, row: i32, column: i32, h: i32, w: i32, c: i32, kh: i32, kw: i32, extra: usize): i64 {
  const bytes = <usize>groups << 4;
  let inside = 0;
  memory.fill(extra, 0, bytes);
  for (let u = 0; u < kh; u++) {
    for (let v = 0; v < kw; v++) {
      if (<u32>(row + u) < <u32>h && <u32>(column + v) < <u32>w) {
        inside++;
        continue;
      }
      const p = counts + <usize>(u * kw + v) * bytes;
      for (let j: usize = 0; j < bytes; j += 16) v128.store(extra + j, f32x4.add(v128.load(extra + j), v128.load(p + j)));
    }
  }
  for (let j: usize = 0; j < bytes; j += 16) v128.store(extra + j, f32x4.add(v128.load(extra + j), v128.load(extra + j)));
  return <i64>(inside * c);
}

/**
 * y[from..to, f] = the integer sums times the filter's factor, plus its bias, and not below 0 with `relu`; pixels are counted
 * from … to. `valid` is 0 where every input value is.
 */
export function binaryConv2d(
  from: i32, to: i32, scratch: usize, signs: usize, valid: usize, h: i32, w: i32, c: i32, packed: usize, kh: i32, kw: i32, f: i32, y: usize,
  oh: i32, ow: i32, sh: i32, sw: i32, top: i32, left: i32, relu: bool,
): void {
  const taps = kh * kw, words = wordsOf(taps, c), wordBytes = <usize>words << 3, bytes = (c + 7) >> 3, groups = (f + 3) >> 2;
  const factors = packed + (<usize>(groups * words) << 5), biases = factors + (<usize>groups << 4), least = f32x4.splat(relu ? 0 : -Infinity);
  const image = <usize>(h * w * bytes), stride = wordBytes + 64, all = <i64>(taps * c);
  const r0 = scratch, r1 = r0 + stride, m0 = r1 + stride, m1 = m0 + stride;
  const counts = biases + (<usize>groups << 4), none = scratch + 4 * stride, x0 = none + (<usize>groups << 4), x1 = x0 + (<usize>groups << 4);
  memory.fill(none, 0, <usize>groups << 4);
  // Rows of whole words need no gathering where a patch is one pixel.
  const direct = taps == 1 && sh == 1 && sw == 1 && oh == h && ow == w && !(bytes & 7);
  for (let p = from; p < to; p += 2) {
    const second = p + 1 < to ? 1 : 0, out = y + (<usize>p * f << 2), next = second ? out + (<usize>f << 2) : 0;
    if (direct) {
      const a0 = signs + <usize>p * bytes, a1 = a0 + <usize>second * bytes;
      if (!valid) pairWhole(a0, a1, packed, wordBytes, factors, biases, least, f, all, all, none, none, out, next);
      else {
        const v0 = valid + <usize>p * bytes, v1 = v0 + <usize>second * bytes;
        pairMasked(a0, a1, v0, v1, packed, wordBytes, factors, biases, least, f, countBits(v0, wordBytes), countBits(v1, wordBytes), out, next);
      }
      continue;
    }
    let n0 = all, n1 = all, e0 = none, e1 = none;
    for (let i = 0; i <= second; i++) {
      const q = p + i, rest = q / ow, row = (rest % oh) * sh - top, column = (q % ow) * sw - left, at = <usize>(rest / oh) * image;
      gather(signs + at, row, column, h, w, bytes, kh, kw, words, i ? r1 : r0);
      if (valid) {
        const m = i ? m1 : m0;
        gather(valid + at, row, column, h, w, bytes, kh, kw, words, m);
        const n = countBits(m, wordBytes);
        if (i) n1 = n;
        else n0 = n;
      } else if (row < 0 || column < 0 || row + kh > h || column + kw > w) {
        const n = overhang(counts, groups, row, column, h, w, c, kh, kw, i ? x1 : x0);
        if (i) { n1 = n; e1 = x1; }
        else { n0 = n; e0 = x0; }
      }
    }
    if (valid) pairMasked(r0, second ? r1 : r0, m0, second ? m1 : m0, packed, wordBytes, factors, biases, least, f, n0, n1, out, next);
    else pairWhole(r0, second ? r1 : r0, packed, wordBytes, factors, biases, least, f, n0, n1, e0, e1, out, next);
  }
}
