// Convolution of ±1 by ±1: popcount(activations XOR kernel). Two variants of the inner loop give the same counts: one with 64-bit words and
// the scalar popcount, one with 128-bit vectors and the popcount of bytes. Which is faster depends on the machine.
//
// An activation map is [height, width, words]: bit c of a pixel's words is set if channel c is +1; bits beyond the last channel are 0. A
// patch is gathered as one dense row of bits, tap by tap. Taps outside the image give 0 bits; their contribution to a filter's count is
// known in advance and included in the tables.
//
// Filters come in groups of four, in descending order within each word of the output: a sign bit that is shifted in at the right then ends
// up in its filter's place. A group is [words][4] for the scalar variant; for vectors it has two halves, each [words / 2][2 filters][2
// words] and, if words is odd, [2 filters].

// @inline
export function wordsOf(bits: i32): i32 {
  return (bits + 63) >> 6;
}

/** Gathers the patch whose first tap is at (top, left) as one row of bits. */
export function gather(x: usize, h: i32, w: i32, c: i32, kh: i32, kw: i32, top: i32, left: i32, row: usize): void {
  const words = wordsOf(c),
    bytes = (<usize>words) << 3;
  if ((c & 63) == 0) {
    for (let u = top; u < top + kh; u++) {
      for (let v = left; v < left + kw; v++) {
        if (<u32>u < <u32>h && <u32>v < <u32>w) {
          const p = x + <usize>(u * w + v) * bytes;
          for (let k: usize = 0; k < bytes; k += 8) store<u64>(row + k, load<u64>(p + k));
        } else {
          for (let k: usize = 0; k < bytes; k += 8) store<u64>(row + k, 0);
        }
        row += bytes;
      }
    }
    return;
  }
  let acc: u64 = 0,
    filled = 0;
  for (let u = top; u < top + kh; u++) {
    for (let v = left; v < left + kw; v++) {
      const inside = <u32>u < <u32>h && <u32>v < <u32>w;
      let p = x + <usize>(u * w + v) * bytes;
      for (let c0 = 0; c0 < c; c0 += 64) {
        const count = min(64, c - c0),
          word: u64 = inside ? load<u64>(p) : 0;
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

/** The sum of the bytes of v, which may be as large as 255 each, in each of two 64-bit halves; the count is the sum of both. */
// @inline
function widen(v: v128): v128 {
  return i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(v));
}

/** The sums of the lanes of four vectors, as one vector. */
// @inline
function sumLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(i32x4.shuffle(c, d, 0, 4, 1, 5), i32x4.shuffle(c, d, 2, 6, 3, 7));
  return i32x4.add(i64x2.shuffle(ab, cd, 0, 2), i64x2.shuffle(ab, cd, 1, 3));
}

/** Counts of two rows against two filters, by vectors: (a, 0), (a, 1), (b, 0), (b, 1). */
// @inline
function countPair(a: usize, b: usize, kernel: usize, words: i32): v128 {
  let t00 = i32x4.splat(0),
    t01 = t00,
    t10 = t00,
    t11 = t00;
  let k = words;
  while (k > 1) {
    let s00 = i8x16.splat(0),
      s01 = s00,
      s10 = s00,
      s11 = s00;
    // The counts of 31 vectors fit a byte, no more.
    let run = min(31, k >> 1);
    k -= run << 1;
    for (; run > 0; run--) {
      const x = v128.load(a),
        y = v128.load(b);
      let q = v128.load(kernel);
      s00 = i8x16.add(s00, i8x16.popcnt(v128.xor(x, q)));
      s10 = i8x16.add(s10, i8x16.popcnt(v128.xor(y, q)));
      q = v128.load(kernel, 16);
      s01 = i8x16.add(s01, i8x16.popcnt(v128.xor(x, q)));
      s11 = i8x16.add(s11, i8x16.popcnt(v128.xor(y, q)));
      a += 16;
      b += 16;
      kernel += 32;
    }
    t00 = i32x4.add(t00, widen(s00));
    t01 = i32x4.add(t01, widen(s01));
    t10 = i32x4.add(t10, widen(s10));
    t11 = i32x4.add(t11, widen(s11));
  }
  if (k) {
    const x = v128.load64_zero(a),
      y = v128.load64_zero(b),
      q = v128.load64_zero(kernel),
      r = v128.load64_zero(kernel, 8);
    t00 = i32x4.add(t00, widen(i8x16.popcnt(v128.xor(x, q))));
    t01 = i32x4.add(t01, widen(i8x16.popcnt(v128.xor(x, r))));
    t10 = i32x4.add(t10, widen(i8x16.popcnt(v128.xor(y, q))));
    t11 = i32x4.add(t11, widen(i8x16.popcnt(v128.xor(y, r))));
  }
  return sumLanes(t00, t01, t10, t11);
}

// Addresses of the current rows, set by `patches`.
let first: usize = 0,
  second: usize = 0,
  firstTable: usize = 0,
  secondTable: usize = 0;

/** Locates the rows of bits of the output pixels p and, unless it is the last, p + 1, and their tables. */
// @inline
function patches(
  p: i32,
  next: i32,
  x: usize,
  h: i32,
  w: i32,
  c: i32,
  kh: i32,
  kw: i32,
  ow: i32,
  sh: i32,
  sw: i32,
  top: i32,
  left: i32,
  tables: usize,
  classes: usize,
  oh: i32,
  rows: usize,
  direct: bool,
  wordBytes: usize,
): void {
  if (direct) {
    first = x + <usize>p * wordBytes;
    second = x + <usize>next * wordBytes;
    firstTable = tables;
    secondTable = tables;
    return;
  }
  let r = p / ow,
    q = p % ow;
  gather(x, h, w, c, kh, kw, r * sh - top, q * sw - left, rows);
  firstTable = tables + load<u32>(classes + ((<usize>r) << 2)) + load<u32>(classes + ((<usize>(oh + q)) << 2));
  r = next / ow;
  q = next % ow;
  gather(x, h, w, c, kh, kw, r * sh - top, q * sw - left, rows + wordBytes);
  secondTable = tables + load<u32>(classes + ((<usize>r) << 2)) + load<u32>(classes + ((<usize>(oh + q)) << 2));
  first = rows;
  second = rows + wordBytes;
}

// @inline
function padded(count: i32): i32 {
  return (count + 3) & ~3;
}

/**
 * The bits of two pixels for all filters if a patch is two or three words, which then stay in registers; `words` is a compile-time
 * constant.
 */
// @inline
function fewWords(words: i32, a: usize, b: usize, q: usize, f: i32, ta: usize, tb: usize, flip: usize, ya: usize, yb: usize): void {
  const m0 = load<i64>(a),
    m1 = load<i64>(a, 8),
    n0 = load<i64>(b),
    n1 = load<i64>(b, 8);
  const m2 = words > 2 ? load<i64>(a, 16) : 0,
    n2 = words > 2 ? load<i64>(b, 16) : 0;
  for (let f0 = 0; f0 < f; f0 += 64) {
    let one: i64 = 0,
      two: i64 = 0,
      z: i64;
    for (const end = ta + ((<usize>padded(min(64, f - f0))) << 2); ta < end; ta += 16) {
      let s0: i64 = load<i32>(ta, 0),
        t0: i64 = load<i32>(tb, 0);
      z = load<i64>(q, 0);
      s0 += popcnt(m0 ^ z);
      t0 += popcnt(n0 ^ z);
      z = load<i64>(q, 32);
      s0 += popcnt(m1 ^ z);
      t0 += popcnt(n1 ^ z);
      if (words > 2) {
        z = load<i64>(q, 64);
        s0 += popcnt(m2 ^ z);
        t0 += popcnt(n2 ^ z);
      }
      one = (one << 1) + (s0 >>> 63);
      two = (two << 1) + (t0 >>> 63);
      let s1: i64 = load<i32>(ta, 4),
        t1: i64 = load<i32>(tb, 4);
      z = load<i64>(q, 8);
      s1 += popcnt(m0 ^ z);
      t1 += popcnt(n0 ^ z);
      z = load<i64>(q, 40);
      s1 += popcnt(m1 ^ z);
      t1 += popcnt(n1 ^ z);
      if (words > 2) {
        z = load<i64>(q, 72);
        s1 += popcnt(m2 ^ z);
        t1 += popcnt(n2 ^ z);
      }
      one = (one << 1) + (s1 >>> 63);
      two = (two << 1) + (t1 >>> 63);
      let s2: i64 = load<i32>(ta, 8),
        t2: i64 = load<i32>(tb, 8);
      z = load<i64>(q, 16);
      s2 += popcnt(m0 ^ z);
      t2 += popcnt(n0 ^ z);
      z = load<i64>(q, 48);
      s2 += popcnt(m1 ^ z);
      t2 += popcnt(n1 ^ z);
      if (words > 2) {
        z = load<i64>(q, 80);
        s2 += popcnt(m2 ^ z);
        t2 += popcnt(n2 ^ z);
      }
      one = (one << 1) + (s2 >>> 63);
      two = (two << 1) + (t2 >>> 63);
      let s3: i64 = load<i32>(ta, 12),
        t3: i64 = load<i32>(tb, 12);
      z = load<i64>(q, 24);
      s3 += popcnt(m0 ^ z);
      t3 += popcnt(n0 ^ z);
      z = load<i64>(q, 56);
      s3 += popcnt(m1 ^ z);
      t3 += popcnt(n1 ^ z);
      if (words > 2) {
        z = load<i64>(q, 88);
        s3 += popcnt(m2 ^ z);
        t3 += popcnt(n2 ^ z);
      }
      one = (one << 1) + (s3 >>> 63);
      two = (two << 1) + (t3 >>> 63);
      q += (<usize>words) << 5;
      tb += 16;
    }
    const turned = load<i64>(flip);
    store<i64>(ya, one ^ turned);
    store<i64>(yb, two ^ turned);
    ya += 8;
    yb += 8;
    flip += 8;
  }
}

/**
 * y [oh, ow, words of f] = the bits `count < limit`, each XOR `flips` [words of f].
 * @param tables for each class of pixels [padded f] i32: −limit, in the order of the filters
 * @param classes u32 byte offsets into the tables, for each output row and then for each output column
 * @param rows scratch for two patches
 */
export function binaryConvBits(
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
  tables: usize,
  classes: usize,
  flips: usize,
  y: usize,
  rows: usize,
  vectors: bool,
): void {
  const words = wordsOf(kh * kw * c),
    wordBytes = (<usize>words) << 3,
    odd = words & 1,
    pairBytes = (<usize>(words >> 1)) << 6,
    outBytes = (<usize>wordsOf(f)) << 3,
    pixels = oh * ow;
  const direct = kh == 1 && kw == 1 && sh == 1 && sw == 1 && top == 0 && left == 0 && oh == h && ow == w;
  for (let p = 0; p < pixels; p += 2) {
    const next = min(p + 1, pixels - 1);
    patches(p, next, x, h, w, c, kh, kw, ow, sh, sw, top, left, tables, classes, oh, rows, direct, wordBytes);
    const a = first,
      b = second;
    if (!vectors && (words == 2 || words == 3)) {
      const ya = y + <usize>p * outBytes,
        yb = y + <usize>next * outBytes;
      if (words == 2) fewWords(2, a, b, kernel, f, firstTable, secondTable, flips, ya, yb);
      else fewWords(3, a, b, kernel, f, firstTable, secondTable, flips, ya, yb);
      continue;
    }
    let q = kernel,
      ta = firstTable,
      tb = secondTable,
      flip = flips,
      ya = y + <usize>p * outBytes,
      yb = y + <usize>next * outBytes;
    for (let f0 = 0; f0 < f; f0 += 64) {
      let one: i64 = 0,
        two: i64 = 0;
      for (let group = padded(min(64, f - f0)); group > 0; group -= 4) {
        if (vectors) {
          // Lanes: (a, 0), (a, 1), (b, 0), (b, 1) and (a, 2), (a, 3), (b, 2), (b, 3).
          const low = countPair(a, b, q, words),
            high = countPair(a, b, q + (wordBytes << 1), words);
          const na = i32x4.add(i64x2.shuffle(low, high, 0, 2), v128.load(ta)),
            nb = i32x4.add(i64x2.shuffle(low, high, 1, 3), v128.load(tb));
          // bitmask puts the first lane in the lowest bit; the first filter of a group is the highest.
          one = (one << 4) | i32x4.bitmask(i32x4.shuffle(na, na, 3, 2, 1, 0));
          two = (two << 4) | i32x4.bitmask(i32x4.shuffle(nb, nb, 3, 2, 1, 0));
          q += wordBytes << 2;
        } else {
          let s00: i64 = load<i32>(ta),
            s01: i64 = load<i32>(ta, 4),
            s02: i64 = load<i32>(ta, 8),
            s03: i64 = load<i32>(ta, 12);
          let s10: i64 = load<i32>(tb),
            s11: i64 = load<i32>(tb, 4),
            s12: i64 = load<i32>(tb, 8),
            s13: i64 = load<i32>(tb, 12);
          let ma = a,
            mb = b,
            z: i64 = 0;
          for (const end = q + pairBytes; q < end; q += 64) {
            const m0 = load<i64>(ma, 0),
              n0 = load<i64>(mb, 0);
            z = load<i64>(q, 0);
            s00 += popcnt(m0 ^ z);
            s10 += popcnt(n0 ^ z);
            z = load<i64>(q, 8);
            s01 += popcnt(m0 ^ z);
            s11 += popcnt(n0 ^ z);
            z = load<i64>(q, 16);
            s02 += popcnt(m0 ^ z);
            s12 += popcnt(n0 ^ z);
            z = load<i64>(q, 24);
            s03 += popcnt(m0 ^ z);
            s13 += popcnt(n0 ^ z);
            const m8 = load<i64>(ma, 8),
              n8 = load<i64>(mb, 8);
            z = load<i64>(q, 32);
            s00 += popcnt(m8 ^ z);
            s10 += popcnt(n8 ^ z);
            z = load<i64>(q, 40);
            s01 += popcnt(m8 ^ z);
            s11 += popcnt(n8 ^ z);
            z = load<i64>(q, 48);
            s02 += popcnt(m8 ^ z);
            s12 += popcnt(n8 ^ z);
            z = load<i64>(q, 56);
            s03 += popcnt(m8 ^ z);
            s13 += popcnt(n8 ^ z);
            ma += 16;
            mb += 16;
          }
          if (odd) {
            const m0 = load<i64>(ma, 0),
              n0 = load<i64>(mb, 0);
            z = load<i64>(q, 0);
            s00 += popcnt(m0 ^ z);
            s10 += popcnt(n0 ^ z);
            z = load<i64>(q, 8);
            s01 += popcnt(m0 ^ z);
            s11 += popcnt(n0 ^ z);
            z = load<i64>(q, 16);
            s02 += popcnt(m0 ^ z);
            s12 += popcnt(n0 ^ z);
            z = load<i64>(q, 24);
            s03 += popcnt(m0 ^ z);
            s13 += popcnt(n0 ^ z);
            q += 32;
          }
          one = (one << 1) + (s00 >>> 63);
          two = (two << 1) + (s10 >>> 63);
          one = (one << 1) + (s01 >>> 63);
          two = (two << 1) + (s11 >>> 63);
          one = (one << 1) + (s02 >>> 63);
          two = (two << 1) + (s12 >>> 63);
          one = (one << 1) + (s03 >>> 63);
          two = (two << 1) + (s13 >>> 63);
        }
        ta += 16;
        tb += 16;
      }
      const turned = load<i64>(flip);
      store<i64>(ya, one ^ turned);
      store<i64>(yb, two ^ turned);
      ya += 8;
      yb += 8;
      flip += 8;
    }
  }
}

/** Stores up to four floats in reverse; by mode unchanged (0), as max(0, ·) (1), or added to the previous value (2). */
// @inline
function storeFloats(y: usize, counts: v128, base: v128, scale: usize, bias: usize, mode: i32, many: i32): void {
  const sums = i32x4.sub(base, i32x4.shl(counts, 1));
  let v = f32x4.mul(f32x4.convert_i32x4_s(i32x4.shuffle(sums, sums, 3, 2, 1, 0)), v128.load(scale));
  if (bias) v = f32x4.add(v, v128.load(bias));
  if (mode) v = mode == 1 ? f32x4.pmax(f32x4.splat(0), v) : f32x4.add(v128.load(y), v);
  if (many >= 4) v128.store(y, v);
  else {
    v128.store_lane<f32>(y, v, 0);
    if (many > 1) v128.store_lane<f32>(y, v, 1, 4);
    if (many > 2) v128.store_lane<f32>(y, v, 2, 8);
  }
}

/**
 * y [oh, ow, f] = float32(base − 2·count)·scale, then + bias (unless 0), stored by mode as in `storeFloats`.
 * @param tables for each class of pixels [padded f] i32: base, in the order of the filters
 * @param scale [padded f] in natural order, like bias
 */
export function binaryConvFloats(
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
  tables: usize,
  classes: usize,
  scale: usize,
  bias: usize,
  mode: i32,
  y: usize,
  rows: usize,
  vectors: bool,
): void {
  const words = wordsOf(kh * kw * c),
    wordBytes = (<usize>words) << 3,
    odd = words & 1,
    pairBytes = (<usize>(words >> 1)) << 6,
    outBytes = (<usize>f) << 2,
    pixels = oh * ow;
  const direct = kh == 1 && kw == 1 && sh == 1 && sw == 1 && top == 0 && left == 0 && oh == h && ow == w;
  for (let p = 0; p < pixels; p += 2) {
    const next = min(p + 1, pixels - 1);
    patches(p, next, x, h, w, c, kh, kw, ow, sh, sw, top, left, tables, classes, oh, rows, direct, wordBytes);
    const a = first,
      b = second;
    let q = kernel,
      ta = firstTable,
      tb = secondTable;
    const ya = y + <usize>p * outBytes,
      yb = y + <usize>next * outBytes;
    for (let f0 = 0; f0 < f; f0 += 64) {
      for (let group = padded(min(64, f - f0)) - 4; group >= 0; group -= 4) {
        let na: v128, nb: v128;
        if (vectors) {
          const low = countPair(a, b, q, words),
            high = countPair(a, b, q + (wordBytes << 1), words);
          na = i64x2.shuffle(low, high, 0, 2);
          nb = i64x2.shuffle(low, high, 1, 3);
          q += wordBytes << 2;
        } else {
          let s00: i64 = 0,
            s01: i64 = 0,
            s02: i64 = 0,
            s03: i64 = 0,
            s10: i64 = 0,
            s11: i64 = 0,
            s12: i64 = 0,
            s13: i64 = 0;
          let ma = a,
            mb = b,
            z: i64 = 0;
          for (const end = q + pairBytes; q < end; q += 64) {
            const m0 = load<i64>(ma, 0),
              n0 = load<i64>(mb, 0);
            z = load<i64>(q, 0);
            s00 += popcnt(m0 ^ z);
            s10 += popcnt(n0 ^ z);
            z = load<i64>(q, 8);
            s01 += popcnt(m0 ^ z);
            s11 += popcnt(n0 ^ z);
            z = load<i64>(q, 16);
            s02 += popcnt(m0 ^ z);
            s12 += popcnt(n0 ^ z);
            z = load<i64>(q, 24);
            s03 += popcnt(m0 ^ z);
            s13 += popcnt(n0 ^ z);
            const m8 = load<i64>(ma, 8),
              n8 = load<i64>(mb, 8);
            z = load<i64>(q, 32);
            s00 += popcnt(m8 ^ z);
            s10 += popcnt(n8 ^ z);
            z = load<i64>(q, 40);
            s01 += popcnt(m8 ^ z);
            s11 += popcnt(n8 ^ z);
            z = load<i64>(q, 48);
            s02 += popcnt(m8 ^ z);
            s12 += popcnt(n8 ^ z);
            z = load<i64>(q, 56);
            s03 += popcnt(m8 ^ z);
            s13 += popcnt(n8 ^ z);
            ma += 16;
            mb += 16;
          }
          if (odd) {
            const m0 = load<i64>(ma, 0),
              n0 = load<i64>(mb, 0);
            z = load<i64>(q, 0);
            s00 += popcnt(m0 ^ z);
            s10 += popcnt(n0 ^ z);
            z = load<i64>(q, 8);
            s01 += popcnt(m0 ^ z);
            s11 += popcnt(n0 ^ z);
            z = load<i64>(q, 16);
            s02 += popcnt(m0 ^ z);
            s12 += popcnt(n0 ^ z);
            z = load<i64>(q, 24);
            s03 += popcnt(m0 ^ z);
            s13 += popcnt(n0 ^ z);
            q += 32;
          }
          na = i32x4(<i32>s00, <i32>s01, <i32>s02, <i32>s03);
          nb = i32x4(<i32>s10, <i32>s11, <i32>s12, <i32>s13);
        }
        const fb = (<usize>(f0 + group)) << 2,
          many = f - f0 - group;
        storeFloats(ya + fb, na, v128.load(ta), scale + fb, bias ? bias + fb : 0, mode, many);
        if (next > p) storeFloats(yb + fb, nb, v128.load(tb), scale + fb, bias ? bias + fb : 0, mode, many);
        ta += 16;
        tb += 16;
      }
    }
  }
}
