// Products with −1, 0, +1 without multiplying: for a few rows of 16 floats all their signed sums are written to a table, and
// each code, one byte for those few signs, then adds one entry of it. Four tables are used at a time; with 64 or 81 entries
// of 64 bytes they stay in the first-level cache. The sums are the very sums of the products, in another order.

/** Entries of a table that holds every sum of `rows` rows with signs −, + (or −, 0, + where `three`). */
export function entries(rows: i32, three: bool): i32 {
  let n = 1;
  for (let i = 0; i < rows; i++) n *= three ? 3 : 2;
  return n;
}

/**
 * The table of the `rows` rows at q, `stride` bytes apart: entry Σ bit_i·2^i holds Σ ±row_i, + where the bit is set; or, where
 * `three`, entry Σ digit_i·3^i holds Σ (digit_i − 1)·row_i.
 */
export function buildTable(q: usize, rows: i32, stride: usize, three: bool, t: usize): void {
  if (three) buildThree(q, rows, stride, t);
  else if (rows >= 3) buildTwo(q, rows, stride, t);
  else {
    for (let v: usize = 0; v < 64; v += 16) v128.store(t + v, f32x4.splat(0));
    let n: usize = 64;
    for (let i = 0; i < rows; i++) {
      for (let e: usize = 0; e < n; e += 16) {
        const a = v128.load(q + (e & 48)), w = v128.load(t + e);
        v128.store(t + n + e, f32x4.add(w, a));
        v128.store(t + e, f32x4.sub(w, a));
      }
      n <<= 1;
      q += stride;
    }
  }
}

// Sums of the first three rows stay in registers while those of the others are added to them.
function buildTwo(q: usize, rows: i32, stride: usize, t: usize): void {
  for (let v: usize = 0; v < 64; v += 16) {
    const a = v128.load(q + v), b = v128.load(q + stride + v), c = v128.load(q + 2 * stride + v);
    const ab = f32x4.add(a, b), d = f32x4.sub(a, b);
    const s7 = f32x4.add(ab, c), s3 = f32x4.sub(ab, c), s5 = f32x4.add(d, c), s1 = f32x4.sub(d, c);
    const s0 = f32x4.neg(s7), s4 = f32x4.neg(s3), s2 = f32x4.neg(s5), s6 = f32x4.neg(s1);
    const high = rows - 3, count = 1 << high;
    let out = t + v;
    for (let k = 0; k < count; k++) {
      let h = f32x4.splat(0), r = q + 3 * stride + v;
      for (let i = 0; i < high; i++) {
        const row = v128.load(r);
        h = f32x4.add(h, (k >> i) & 1 ? row : f32x4.neg(row));
        r += stride;
      }
      v128.store(out, f32x4.add(h, s0)); v128.store(out, f32x4.add(h, s1), 64); v128.store(out, f32x4.add(h, s2), 128); v128.store(out, f32x4.add(h, s3), 192);
      v128.store(out, f32x4.add(h, s4), 256); v128.store(out, f32x4.add(h, s5), 320); v128.store(out, f32x4.add(h, s6), 384); v128.store(out, f32x4.add(h, s7), 448);
      out += 512;
    }
  }
}

function buildThree(q: usize, rows: i32, stride: usize, t: usize): void {
  for (let v: usize = 0; v < 64; v += 16) v128.store(t + v, f32x4.splat(0));
  let n: usize = 64;
  for (let i = 0; i < rows; i++) {
    const a = v128.load(q), b = v128.load(q, 16), c = v128.load(q, 32), d = v128.load(q, 48);
    for (let e: usize = 0; e < n; e += 64) {
      const s = t + e, w0 = v128.load(s), w1 = v128.load(s, 16), w2 = v128.load(s, 32), w3 = v128.load(s, 48);
      put(s + n, w0, w1, w2, w3);
      put(s + 2 * n, f32x4.add(w0, a), f32x4.add(w1, b), f32x4.add(w2, c), f32x4.add(w3, d));
      put(s, f32x4.sub(w0, a), f32x4.sub(w1, b), f32x4.sub(w2, c), f32x4.sub(w3, d));
    }
    n *= 3;
    q += stride;
  }
}

// @ts-ignore: decorator
@inline
function put(p: usize, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(p, a); v128.store(p, b, 16); v128.store(p, c, 32); v128.store(p, d, 48);
}

/** Bits of an entry's address within its table, for a code of the largest table. */
const MASK: u32 = 127 << 6;

// @ts-ignore: decorator
@inline
function addRows(tables: i32, codes: usize, count: i32, acc: usize, t0: usize, size: usize): void {
  const end = codes + (<usize>count << 2), t1 = t0 + size, t2 = t1 + size, t3 = t2 + size;
  while (codes < end) {
    const w = load<u32>(codes);
    codes += 4;
    let a = v128.load(acc), b = v128.load(acc, 16), c = v128.load(acc, 32), d = v128.load(acc, 48);
    let p = t0 + <usize>((w << 6) & MASK);
    a = f32x4.add(a, v128.load(p)); b = f32x4.add(b, v128.load(p, 16)); c = f32x4.add(c, v128.load(p, 32)); d = f32x4.add(d, v128.load(p, 48));
    if (tables > 1) {
      p = t1 + <usize>((w >> 2) & MASK);
      a = f32x4.add(a, v128.load(p)); b = f32x4.add(b, v128.load(p, 16)); c = f32x4.add(c, v128.load(p, 32)); d = f32x4.add(d, v128.load(p, 48));
    }
    if (tables > 2) {
      p = t2 + <usize>((w >> 10) & MASK);
      a = f32x4.add(a, v128.load(p)); b = f32x4.add(b, v128.load(p, 16)); c = f32x4.add(c, v128.load(p, 32)); d = f32x4.add(d, v128.load(p, 48));
    }
    if (tables > 3) {
      p = t3 + <usize>((w >> 18) & MASK);
      a = f32x4.add(a, v128.load(p)); b = f32x4.add(b, v128.load(p, 16)); c = f32x4.add(c, v128.load(p, 32)); d = f32x4.add(d, v128.load(p, 48));
    }
    put(acc, a, b, c, d);
    acc += 64;
  }
}

/** acc[r][16] += for each of `count` rows the entries its code of `tables` bytes names; tables are `size` bytes apart. */
export function addEntries(tables: i32, codes: usize, count: i32, acc: usize, t: usize, size: usize): void {
  if (tables == 4) addRows(4, codes, count, acc, t, size);
  else if (tables == 3) addRows(3, codes, count, acc, t, size);
  else if (tables == 2) addRows(2, codes, count, acc, t, size);
  else addRows(1, codes, count, acc, t, size);
}
