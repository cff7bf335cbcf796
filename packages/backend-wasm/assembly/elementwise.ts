// One value in, one value out. The operation is a number known when each loop is compiled, so every loop holds only its own.
import { patternLength, repeat } from "./simd.ts";

// @inline
function unary4(op: i32, x: v128, low: v128, high: v128): v128 {
  const zero = f32x4.splat(0), one = f32x4.splat(1);
  if (op == 0) return f32x4.max(x, zero); // relu
  if (op == 1) return v128.or(v128.and(f32x4.gt(x, zero), one), v128.and(f32x4.ne(x, x), x)); // step; NaN stays NaN
  if (op == 2) return f32x4.neg(x);
  if (op == 3) return f32x4.sqrt(x);
  if (op == 4) return f32x4.div(one, f32x4.sqrt(x));
  if (op == 5) return f32x4.mul(x, x);
  if (op == 6) return f32x4.abs(x);
  if (op == 7) return f32x4.max(low, f32x4.min(high, x)); // clip
  return v128.bitselect(f32x4.splat(-1), one, f32x4.lt(x, zero)); // sign, with +1 at 0
}

// @inline
function unaryLoop(op: i32, x: usize, y: usize, from: usize, to: usize, low: f32, high: f32): void {
  const l = f32x4.splat(low), h = f32x4.splat(high);
  let i = from << 2;
  const vectors = i + (((to - from) & ~3) << 2), end = to << 2;
  for (; i < vectors; i += 16) v128.store(y + i, unary4(op, v128.load(x + i), l, h));
  for (; i < end; i += 4) v128.store_lane<f32>(y + i, unary4(op, f32x4.splat(load<f32>(x + i)), l, h), 0);
}

/** y[i] = op(x[i]) for from ≤ i < to: 0 relu, 1 step, 2 neg, 3 sqrt, 4 rsqrt, 5 square, 6 abs, 7 clip to [low, high], 8 binary sign. */
export function unary(from: usize, to: usize, scratch: usize, op: i32, x: usize, y: usize, low: f32, high: f32): void {
  switch (op) {
    case 0: unaryLoop(0, x, y, from, to, low, high); break;
    case 1: unaryLoop(1, x, y, from, to, low, high); break;
    case 2: unaryLoop(2, x, y, from, to, low, high); break;
    case 3: unaryLoop(3, x, y, from, to, low, high); break;
    case 4: unaryLoop(4, x, y, from, to, low, high); break;
    case 5: unaryLoop(5, x, y, from, to, low, high); break;
    case 6: unaryLoop(6, x, y, from, to, low, high); break;
    case 7: unaryLoop(7, x, y, from, to, low, high); break;
    default: unaryLoop(8, x, y, from, to, low, high);
  }
}

// @inline
function binary4(op: i32, a: v128, b: v128): v128 {
  if (op == 0) return f32x4.add(a, b);
  if (op == 1) return f32x4.sub(a, b);
  if (op == 2) return f32x4.mul(a, b);
  if (op == 3) return f32x4.div(a, b);
  if (op == 4) return f32x4.max(a, b);
  if (op == 5) return f32x4.min(a, b);
  if (op == 6) return f32x4.sub(b, a);
  return f32x4.div(b, a);
}

// @inline
function binaryLoop(op: i32, a: usize, b: usize, y: usize, count: usize): void {
  let i: usize = 0;
  const vectors = (count & ~3) << 2, end = count << 2;
  for (; i < vectors; i += 16) v128.store(y + i, binary4(op, v128.load(a + i), v128.load(b + i)));
  for (; i < end; i += 4) {
    v128.store_lane<f32>(y + i, binary4(op, f32x4.splat(load<f32>(a + i)), f32x4.splat(load<f32>(b + i))), 0);
  }
}

function binaryRun(op: i32, a: usize, b: usize, y: usize, count: usize): void {
  switch (op) {
    case 0: binaryLoop(0, a, b, y, count); break;
    case 1: binaryLoop(1, a, b, y, count); break;
    case 2: binaryLoop(2, a, b, y, count); break;
    case 3: binaryLoop(3, a, b, y, count); break;
    case 4: binaryLoop(4, a, b, y, count); break;
    case 5: binaryLoop(5, a, b, y, count); break;
    case 6: binaryLoop(6, a, b, y, count); break;
    default: binaryLoop(7, a, b, y, count);
  }
}

/**
 * y[i] = op(a[i], b[i]) for from ≤ i < to: 0 add, 1 subtract, 2 multiply, 3 divide, 4 maximum, 5 minimum, 6 and 7 subtract
 * and divide with the operands swapped.
 */
export function binary(from: usize, to: usize, scratch: usize, op: i32, a: usize, b: usize, y: usize): void {
  const at = from << 2;
  binaryRun(op, a + at, b + at, y + at, to - from);
}

/** How many patterns the `middle` rows of `inner` floats come to. */
export function broadcastRows(middle: i32, inner: i32): i32 {
  const length = middle > 1 ? patternLength(inner) : inner;
  return <i32>((<usize>middle * inner + length - 1) / length);
}

/**
 * y = op(a, b) for a [outer, middle, inner] and b [outer, 1, inner]; from ≤ i < to number the patterns, broadcastRows of
 * them to each outer one. Scratch: patternLength(inner) floats.
 */
export function binaryBroadcast(
  from: i32, to: i32, scratch: usize, op: i32, a: usize, b: usize, y: usize, middle: i32, inner: i32,
): void {
  const length = middle > 1 ? patternLength(inner) : inner, count = <usize>middle * inner, rows = broadcastRows(middle, inner);
  let repeated = -1;
  for (let i = from; i < to; i++) {
    const o = i / rows, at = <usize>(i % rows) * length, base = (<usize>o * count + at) << 2;
    if (o != repeated) {
      repeat(b + (<usize>o * inner << 2), inner, length, scratch);
      repeated = o;
    }
    binaryRun(op, a + base, scratch, y + base, min<usize>(length, count - at));
  }
}

/** y = running·momentum + batch·share for the elements from … to. */
export function movingAverage(from: i32, to: i32, scratch: usize, running: usize, batch: usize, momentum: f32, share: f32, y: usize): void {
  for (let i = <usize>from << 2; i < <usize>to << 2; i += 4) store<f32>(y + i, load<f32>(running + i) * momentum + load<f32>(batch + i) * share);
}
