// Sums that stay accurate over tens of millions of values: short runs in float32, their sums in float64.
import { patternLength } from "./simd";

/** Rows per run: a block of the input that stays in the first-level cache. */
// @ts-ignore: decorator
@inline
export function rowsPerRun(length: i32): i32 {
  return max(1, min(64, 4096 / length));
}

/** acc[j] += the four sums in v, as float64. */
// @ts-ignore: decorator
@inline
export function addTo(acc: usize, v: v128): void {
  v128.store(acc, f64x2.add(v128.load(acc), f64x2.promote_low_f32x4(v)));
  v128.store(acc, f64x2.add(v128.load(acc, 16), f64x2.promote_low_f32x4(i32x4.shuffle(v, v, 2, 3, 2, 3))), 16);
}

/** acc[length] += the sums down the columns of x[rows, length]. */
export function addColumns(x: usize, rows: i32, length: i32, acc: usize): void {
  const stride = <usize>length << 2;
  let j = 0;
  for (; j + 16 <= length; j += 16) {
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    let p = x + (<usize>j << 2);
    for (let r = 0; r < rows; r++) {
      s0 = f32x4.add(s0, v128.load(p)); s1 = f32x4.add(s1, v128.load(p, 16));
      s2 = f32x4.add(s2, v128.load(p, 32)); s3 = f32x4.add(s3, v128.load(p, 48));
      p += stride;
    }
    const q = acc + (<usize>j << 3);
    addTo(q, s0); addTo(q + 32, s1); addTo(q + 64, s2); addTo(q + 96, s3);
  }
  for (; j + 4 <= length; j += 4) {
    let s = f32x4.splat(0), p = x + (<usize>j << 2);
    for (let r = 0; r < rows; r++) {
      s = f32x4.add(s, v128.load(p));
      p += stride;
    }
    addTo(acc + (<usize>j << 3), s);
  }
  for (; j < length; j++) {
    let s: f64 = 0, p = x + (<usize>j << 2);
    for (let r = 0; r < rows; r++) {
      s += load<f32>(p);
      p += stride;
    }
    const q = acc + (<usize>j << 3);
    store<f64>(q, load<f64>(q) + s);
  }
}

/** y[outer, inner] = (the sums of x[outer, middle, inner] over the middle) / divisor. Scratch: patternLength(inner) float64. */
export function sumMiddle(x: usize, outer: i32, middle: i32, inner: i32, y: usize, divisor: f64, scratch: usize): void {
  const length = patternLength(inner), repeats = length / inner, rows = middle / repeats, run = rowsPerRun(length);
  for (let o = 0; o < outer; o++) {
    memory.fill(scratch, 0, <usize>length << 3);
    for (let r = 0; r < rows; r += run) addColumns(x + (<usize>r * length << 2), min(run, rows - r), length, scratch);
    let p = x + (<usize>rows * length << 2);
    for (let m = rows * repeats; m < middle; m++) {
      for (let j = 0; j < inner; j++) {
        const q = scratch + (<usize>j << 3);
        store<f64>(q, load<f64>(q) + load<f32>(p));
        p += 4;
      }
    }
    for (let j = 0; j < inner; j++) {
      let s: f64 = 0;
      for (let r = j; r < length; r += inner) s += load<f64>(scratch + (<usize>r << 3));
      store<f32>(y, <f32>(s / divisor));
      y += 4;
    }
    x = p;
  }
}
