// Sums over many values: short runs in float32, their sums in float64. Rows are split into chunks of a fixed size, each with its own
// partial sum, and these are added in order: the same bytes for any number of threads.
import { blockLength, evaluate, result } from "./program.ts";

/** acc[j] += the four sums in v, as float64. */
// @inline
export function addTo(acc: usize, v: v128): void {
  v128.store(acc, f64x2.add(v128.load(acc), f64x2.promote_low_f32x4(v)));
  v128.store(acc, f64x2.add(v128.load(acc, 16), f64x2.promote_low_f32x4(i32x4.shuffle(v, v, 2, 3, 2, 3))), 16);
}

/** acc[length] (float64) += the sums down the columns of x[rows, length], length a multiple of 4. */
export function addColumns(x: usize, rows: i32, length: i32, acc: usize): void {
  const stride = (<usize>length) << 2;
  let j = 0;
  for (; j + 16 <= length; j += 16) {
    let s0 = f32x4.splat(0),
      s1 = s0,
      s2 = s0,
      s3 = s0;
    let p = x + ((<usize>j) << 2);
    for (let r = 0; r < rows; r++) {
      s0 = f32x4.add(s0, v128.load(p));
      s1 = f32x4.add(s1, v128.load(p, 16));
      s2 = f32x4.add(s2, v128.load(p, 32));
      s3 = f32x4.add(s3, v128.load(p, 48));
      p += stride;
    }
    const q = acc + ((<usize>j) << 3);
    addTo(q, s0);
    addTo(q + 32, s1);
    addTo(q + 64, s2);
    addTo(q + 96, s3);
  }
  for (; j < length; j += 4) {
    let s = f32x4.splat(0),
      p = x + ((<usize>j) << 2);
    for (let r = 0; r < rows; r++) {
      s = f32x4.add(s, v128.load(p));
      p += stride;
    }
    addTo(acc + ((<usize>j) << 3), s);
  }
}

/** partials[chunk][length] (float64) = sums of the program's values over the patterns from … to of one chunk. */
// @callable
export function sumRows(from: i32, to: i32, scratch: usize, program: usize, count: usize, length: i32, grain: i32, partials: usize): void {
  const out = partials + ((<usize>((from / grain) * length)) << 3),
    block = blockLength(length);
  memory.fill(out, 0, (<usize>length) << 3);
  const end = min(<usize>to * length, count);
  for (let at = <usize>from * length; at < end; at += block) {
    const n = <i32>min<usize>(block, end - at),
      rows = n / length;
    evaluate(program, at, n, length, block, scratch, 0);
    const x = result(program, scratch, 0);
    addColumns(x, rows, length, out);
    for (let j = rows * length; j < n; j++) {
      const q = out + ((<usize>(j - rows * length)) << 3);
      store<f64>(q, load<f64>(q) + <f64>load<f32>(x + ((<usize>j) << 2)));
    }
  }
}

/** Adds columns j, j + inner, j + 2·inner … of all chunks of `partials`, whose rows are `stride` float64 long. */
export function total(partials: usize, chunks: i32, stride: i32, length: i32, inner: i32, j: i32): f64 {
  let s: f64 = 0;
  for (let k = 0; k < chunks; k++) {
    for (let i = j; i < length; i += inner) s += load<f64>(partials + ((<usize>(k * stride + i)) << 3));
  }
  return s;
}

/** y[inner] = the sums that `sumRows` has written in chunks, divided. */
// @callable
export function finishSums(partials: usize, chunks: i32, length: i32, inner: i32, divisor: f64, y: usize): void {
  for (let j = 0; j < inner; j++) store<f32>(y + ((<usize>j) << 2), <f32>(total(partials, chunks, length, length, inner, j) / divisor));
}

/** y[outer, inner] = (the sums of x[outer, middle, inner] over the middle) / divisor, for from ≤ outer < to. */
// @callable
export function sumMiddle(from: i32, to: i32, scratch: usize, x: usize, middle: i32, inner: i32, y: usize, divisor: f64): void {
  for (let o = from; o < to; o++) {
    const base = x + ((<usize>o * middle * inner) << 2);
    const out = y + ((<usize>o * inner) << 2),
      whole = inner & ~3;
    if (inner == 1) {
      let s: f64 = 0,
        acc = f32x4.splat(0),
        m = 0;
      while (m + 4 <= middle) {
        const end = min(middle & ~3, m + 256);
        acc = f32x4.splat(0);
        for (; m < end; m += 4) acc = f32x4.add(acc, v128.load(base + ((<usize>m) << 2)));
        s +=
          <f64>f32x4.extract_lane(acc, 0) +
          <f64>f32x4.extract_lane(acc, 1) +
          <f64>f32x4.extract_lane(acc, 2) +
          <f64>f32x4.extract_lane(acc, 3);
      }
      for (; m < middle; m++) s += load<f32>(base + ((<usize>m) << 2));
      store<f32>(out, <f32>(s / divisor));
      continue;
    }
    memory.fill(scratch, 0, (<usize>inner) << 3);
    for (let m = 0; m < middle; m += 32) {
      const rows = min(32, middle - m),
        p0 = base + ((<usize>m * inner) << 2),
        stride = (<usize>inner) << 2;
      for (let j = 0; j < whole; j += 4) {
        let acc = f32x4.splat(0),
          p = p0 + ((<usize>j) << 2);
        for (let r = 0; r < rows; r++) {
          acc = f32x4.add(acc, v128.load(p));
          p += stride;
        }
        addTo(scratch + ((<usize>j) << 3), acc);
      }
      for (let j = whole; j < inner; j++) {
        let s: f64 = 0,
          p = p0 + ((<usize>j) << 2);
        for (let r = 0; r < rows; r++) {
          s += load<f32>(p);
          p += stride;
        }
        const q = scratch + ((<usize>j) << 3);
        store<f64>(q, load<f64>(q) + s);
      }
    }
    for (let j = 0; j < inner; j++) store<f32>(out + ((<usize>j) << 2), <f32>(load<f64>(scratch + ((<usize>j) << 3)) / divisor));
  }
}
