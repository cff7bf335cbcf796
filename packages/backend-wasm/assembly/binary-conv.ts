// Convolution of −1, 0, +1 with a kernel of −1, +1, by bits: a sign bit and a validity bit for each input value, XNOR and
// popcount. Bit t·C + c of a row belongs to tap t and channel c; rows are whole 64-bit words, invalid bits at the end.

/** Words of a pixel's C channels. */
// @ts-ignore: decorator
@inline
function wordsOf(bits: i32): i32 {
  return (bits + 63) >> 6;
}

/** signs and valid [pixels, words]: bit c of a pixel is x > 0, and x ≠ 0. Returns 0 when no value was 0. */
export function packPixels(x: usize, pixels: i32, c: i32, signs: usize, valid: usize): i32 {
  const zero = f32x4.splat(0);
  let gaps: i32 = 0;
  for (let p = 0; p < pixels; p++) {
    for (let c0 = 0; c0 < c; c0 += 64) {
      const count = min(64, c - c0);
      let s: u64 = 0, m: u64 = 0, i = 0;
      for (; i + 4 <= count; i += 4) {
        const v = v128.load(x);
        s |= <u64>i32x4.bitmask(f32x4.gt(v, zero)) << i;
        m |= <u64>i32x4.bitmask(f32x4.ne(v, zero)) << i;
        x += 16;
      }
      for (; i < count; i++) {
        const v = load<f32>(x);
        s |= <u64>(v > 0 ? 1 : 0) << i;
        m |= <u64>(v != 0 ? 1 : 0) << i;
        x += 4;
      }
      gaps |= m != <u64>-1 >> (64 - count) ? 1 : 0;
      store<u64>(signs, s);
      store<u64>(valid, m);
      signs += 8;
      valid += 8;
    }
  }
  return gaps;
}

/** Bits of the kernel [taps·c, f] by filter, four filters side by side: [f/4][words][4]; missing filters are 0. */
export function packFilters(kernel: usize, rows: i32, f: i32, bits: usize): void {
  const words = wordsOf(rows), stride = <usize>f << 2;
  for (let f0 = 0; f0 < f; f0 += 4) {
    for (let k = 0; k < words; k++) {
      const count = min(64, rows - (k << 6));
      for (let i = 0; i < 4; i++) {
        let word: u64 = 0;
        if (f0 + i < f) {
          let p = kernel + <usize>(k << 6) * stride + (<usize>(f0 + i) << 2);
          for (let b = 0; b < count; b++) {
            word |= <u64>(load<f32>(p) > 0 ? 1 : 0) << b;
            p += stride;
          }
        }
        store<u64>(bits, word);
        bits += 8;
      }
    }
  }
}

/** The patch of output pixel `pixel` as one row of bits. */
function gather(
  source: usize, pixel: i32, h: i32, w: i32, c: i32, kh: i32, kw: i32, oh: i32, ow: i32, sh: i32, sw: i32, top: i32, left: i32, row: usize,
): void {
  const words = wordsOf(c), rest = pixel / ow, r0 = (rest % oh) * sh - top, q0 = (pixel % ow) * sw - left;
  const image = source + (<usize>((rest / oh) * h * w * words) << 3);
  let acc: u64 = 0, filled = 0;
  for (let u = r0; u < r0 + kh; u++) {
    for (let v = q0; v < q0 + kw; v++) {
      const inside = <u32>u < <u32>h && <u32>v < <u32>w;
      let p = image + (<usize>((u * w + v) * words) << 3);
      for (let c0 = 0; c0 < c; c0 += 64) {
        const count = min(64, c - c0), word: u64 = inside ? load<u64>(p) : 0;
        acc |= word << filled;
        if (filled + count >= 64) {
          store<u64>(row, acc);
          row += 8;
          acc = filled ? word >> (64 - filled) : 0;
          filled += count - 64;
        } else filled += count;
        p += 8;
      }
    }
  }
  if (filled) store<u64>(row, acc);
}

// @ts-ignore: decorator
@inline
function emit(y: usize, scale: usize, offset: usize, least: v128, f: i32, f0: i32, n: i64, s0: i64, s1: i64, s2: i64, s3: i64): void {
  const sums = f32x4.convert_i32x4_s(i32x4(<i32>(n - 2 * s0), <i32>(n - 2 * s1), <i32>(n - 2 * s2), <i32>(n - 2 * s3)));
  const values = f32x4.max(f32x4.add(f32x4.mul(sums, v128.load(scale)), v128.load(offset)), least);
  if (f0 + 4 <= f) v128.store(y, values);
  else {
    v128.store_lane<f32>(y, values, 0);
    if (f0 + 1 < f) v128.store_lane<f32>(y, values, 1, 4);
    if (f0 + 2 < f) v128.store_lane<f32>(y, values, 2, 8);
  }
}

export function binaryConvScratch(c: i32, f: i32, taps: i32, pixels: i32): usize {
  const words = wordsOf(taps * c), filters = (f + 3) & ~3;
  return (<usize>(pixels * wordsOf(c)) << 4) + (<usize>(filters * words) << 3) + (<usize>filters << 3) + (<usize>words << 5);
}

/**
 * y[from..to, f] = the integer sums times a[f]·factor, where a is the magnitude of the filter's first weight, plus bias[f]
 * unless that is 0, and not below 0 with `relu`.
 */
export function binaryConv2d(
  x: usize, pixels: i32, h: i32, w: i32, c: i32, kernel: usize, kh: i32, kw: i32, f: i32, y: usize, oh: i32, ow: i32,
  sh: i32, sw: i32, top: i32, left: i32, padded: bool, factor: f32, bias: usize, relu: bool, from: i32, to: i32, scratch: usize,
): void {
  const bits = kh * kw * c, words = wordsOf(bits), filters = (f + 3) & ~3, wordBytes = <usize>words << 3;
  const signs = scratch, valid = signs + (<usize>(pixels * wordsOf(c)) << 3), weights = valid + (<usize>(pixels * wordsOf(c)) << 3);
  const scales = weights + <usize>filters * wordBytes, offsets = scales + (<usize>filters << 2), rows = offsets + (<usize>filters << 2);
  const gaps = packPixels(x, pixels, c, signs, valid) != 0 || padded;
  packFilters(kernel, bits, f, weights);
  const least = f32x4.splat(relu ? 0 : -Infinity);
  for (let i = 0; i < filters; i++) {
    const at = <usize>i << 2;
    store<f32>(scales + at, i < f ? abs<f32>(load<f32>(kernel + at)) * factor : 0);
    store<f32>(offsets + at, i < f && bias ? load<f32>(bias + at) : 0);
  }
  const direct = kh == 1 && kw == 1 && sh == 1 && sw == 1 && !padded;
  for (let p = from; p < to; p += 2) {
    const pair = p + 1 < to ? 1 : 0;
    let a0 = rows, a1 = rows + wordBytes * pair, m0 = rows + wordBytes * 2, m1 = m0 + wordBytes * pair;
    if (direct) {
      a0 = signs + <usize>p * wordBytes; a1 = a0 + wordBytes * pair;
      m0 = valid + <usize>p * wordBytes; m1 = m0 + wordBytes * pair;
    } else {
      gather(signs, p, h, w, c, kh, kw, oh, ow, sh, sw, top, left, a0);
      gather(signs, p + pair, h, w, c, kh, kw, oh, ow, sh, sw, top, left, a1);
      if (gaps) {
        gather(valid, p, h, w, c, kh, kw, oh, ow, sh, sw, top, left, m0);
        gather(valid, p + pair, h, w, c, kh, kw, oh, ow, sh, sw, top, left, m1);
      }
    }
    let n0: i64 = bits, n1: i64 = bits;
    if (gaps) {
      n0 = 0; n1 = 0;
      for (let k: usize = 0; k < wordBytes; k += 8) {
        n0 += popcnt(load<i64>(m0 + k));
        n1 += popcnt(load<i64>(m1 + k));
      }
    }
    let wp = weights;
    const out = y + (<usize>(p * f) << 2), next = out + (<usize>f << 2);
    for (let f0 = 0; f0 < f; f0 += 4) {
      let s00: i64 = 0, s01: i64 = 0, s02: i64 = 0, s03: i64 = 0, s10: i64 = 0, s11: i64 = 0, s12: i64 = 0, s13: i64 = 0;
      if (gaps) {
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
      } else {
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
      }
      const scale = scales + (<usize>f0 << 2), offset = offsets + (<usize>f0 << 2);
      emit(out + (<usize>f0 << 2), scale, offset, least, f, f0, n0, s00, s01, s02, s03);
      if (pair) emit(next + (<usize>f0 << 2), scale, offset, least, f, f0, n1, s10, s11, s12, s13);
    }
  }
}
