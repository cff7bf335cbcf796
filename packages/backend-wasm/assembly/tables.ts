// Products with −1, 0, +1 without multiplying: for a few rows of 64 bytes, 16 floats (T = f32) or 32 integers (T = i16), all their signed
// sums are written to a table, and each code, one byte for those few signs, adds one entry of it. Four tables are used at a time; with 64
// or 81 entries of 64 bytes they stay in the first-level cache. The sums are exactly those of the products, in another order.

/** Number of entries of a table with every sum of `rows` rows with signs −, + (or −, 0, + if `three`). */
export function entries(rows: i32, three: bool): i32 {
  let n = 1;
  for (let i = 0; i < rows; i++) n *= three ? 3 : 2;
  return n;
}

/**
 * The table of the `rows` rows at q, `stride` bytes apart: entry Σ bit_i·2^i is Σ ±row_i, + if the bit is set; or, if `three`, entry Σ
 * digit_i·3^i is Σ (digit_i − 1)·row_i.
 */
export function buildTable<T>(q: usize, rows: i32, stride: usize, three: bool, t: usize): void {
  if (three) buildThree<T>(q, rows, stride, t);
  else if (rows >= 3) buildTwo<T>(q, rows, stride, t);
  else {
    for (let v: usize = 0; v < 64; v += 16) v128.store(t + v, i32x4.splat(0));
    let n: usize = 64;
    for (let i = 0; i < rows; i++) {
      for (let e: usize = 0; e < n; e += 16) {
        const a = v128.load(q + (e & 48)),
          w = v128.load(t + e);
        v128.store(t + n + e, v128.add<T>(w, a));
        v128.store(t + e, v128.sub<T>(w, a));
      }
      n <<= 1;
      q += stride;
    }
  }
}

// Sums of the first three rows stay in registers while those of the other rows are added.
function buildTwo<T>(q: usize, rows: i32, stride: usize, t: usize): void {
  for (let v: usize = 0; v < 64; v += 16) {
    const a = v128.load(q + v),
      b = v128.load(q + stride + v),
      c = v128.load(q + 2 * stride + v);
    const ab = v128.add<T>(a, b),
      d = v128.sub<T>(a, b);
    const s7 = v128.add<T>(ab, c),
      s3 = v128.sub<T>(ab, c),
      s5 = v128.add<T>(d, c),
      s1 = v128.sub<T>(d, c);
    const s0 = v128.neg<T>(s7),
      s4 = v128.neg<T>(s3),
      s2 = v128.neg<T>(s5),
      s6 = v128.neg<T>(s1);
    const high = rows - 3,
      count = 1 << high;
    let out = t + v;
    for (let k = 0; k < count; k++) {
      let h = i32x4.splat(0),
        r = q + 3 * stride + v;
      for (let i = 0; i < high; i++) {
        const row = v128.load(r);
        h = v128.add<T>(h, (k >> i) & 1 ? row : v128.neg<T>(row));
        r += stride;
      }
      v128.store(out, v128.add<T>(h, s0));
      v128.store(out, v128.add<T>(h, s1), 64);
      v128.store(out, v128.add<T>(h, s2), 128);
      v128.store(out, v128.add<T>(h, s3), 192);
      v128.store(out, v128.add<T>(h, s4), 256);
      v128.store(out, v128.add<T>(h, s5), 320);
      v128.store(out, v128.add<T>(h, s6), 384);
      v128.store(out, v128.add<T>(h, s7), 448);
      out += 512;
    }
  }
}

function buildThree<T>(q: usize, rows: i32, stride: usize, t: usize): void {
  for (let v: usize = 0; v < 64; v += 16) v128.store(t + v, i32x4.splat(0));
  let n: usize = 64;
  for (let i = 0; i < rows; i++) {
    const a = v128.load(q),
      b = v128.load(q, 16),
      c = v128.load(q, 32),
      d = v128.load(q, 48);
    for (let e: usize = 0; e < n; e += 64) {
      const s = t + e,
        w0 = v128.load(s),
        w1 = v128.load(s, 16),
        w2 = v128.load(s, 32),
        w3 = v128.load(s, 48);
      put(s + n, w0, w1, w2, w3);
      put(s + 2 * n, v128.add<T>(w0, a), v128.add<T>(w1, b), v128.add<T>(w2, c), v128.add<T>(w3, d));
      put(s, v128.sub<T>(w0, a), v128.sub<T>(w1, b), v128.sub<T>(w2, c), v128.sub<T>(w3, d));
    }
    n *= 3;
    q += stride;
  }
}

/** Stores four consecutive vectors. */
// @inline
export function put(p: usize, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(p, a);
  v128.store(p, b, 16);
  v128.store(p, c, 32);
  v128.store(p, d, 48);
}

/** Bits of an entry's address within its table, for a code of the largest table. */
const MASK: u32 = 127 << 6;

// @inline
function addRows<T>(tables: i32, codes: usize, count: i32, acc: usize, t0: usize, size: usize): void {
  const end = codes + ((<usize>count) << 2),
    t1 = t0 + size,
    t2 = t1 + size,
    t3 = t2 + size;
  while (codes < end) {
    const w = load<u32>(codes);
    codes += 4;
    let a = v128.load(acc),
      b = v128.load(acc, 16),
      c = v128.load(acc, 32),
      d = v128.load(acc, 48);
    let p = t0 + <usize>((w << 6) & MASK);
    a = v128.add<T>(a, v128.load(p));
    b = v128.add<T>(b, v128.load(p, 16));
    c = v128.add<T>(c, v128.load(p, 32));
    d = v128.add<T>(d, v128.load(p, 48));
    if (tables > 1) {
      p = t1 + <usize>((w >> 2) & MASK);
      a = v128.add<T>(a, v128.load(p));
      b = v128.add<T>(b, v128.load(p, 16));
      c = v128.add<T>(c, v128.load(p, 32));
      d = v128.add<T>(d, v128.load(p, 48));
    }
    if (tables > 2) {
      p = t2 + <usize>((w >> 10) & MASK);
      a = v128.add<T>(a, v128.load(p));
      b = v128.add<T>(b, v128.load(p, 16));
      c = v128.add<T>(c, v128.load(p, 32));
      d = v128.add<T>(d, v128.load(p, 48));
    }
    if (tables > 3) {
      p = t3 + <usize>((w >> 18) & MASK);
      a = v128.add<T>(a, v128.load(p));
      b = v128.add<T>(b, v128.load(p, 16));
      c = v128.add<T>(c, v128.load(p, 32));
      d = v128.add<T>(d, v128.load(p, 48));
    }
    put(acc, a, b, c, d);
    acc += 64;
  }
}

/** acc[r][64 bytes] += the entries of the `tables` bytes of its code, for each of `count` rows; tables are `size` bytes apart. */
export function addEntries<T>(tables: i32, codes: usize, count: i32, acc: usize, t: usize, size: usize): void {
  if (tables == 4) addRows<T>(4, codes, count, acc, t, size);
  else if (tables == 3) addRows<T>(3, codes, count, acc, t, size);
  else if (tables == 2) addRows<T>(2, codes, count, acc, t, size);
  else addRows<T>(1, codes, count, acc, t, size);
}
