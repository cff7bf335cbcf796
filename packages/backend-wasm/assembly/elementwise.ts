// Elementwise operations. The operation is a constant when each loop is compiled, so every loop contains only its own operation.
import {
  ABSOLUTE,
  CLIP,
  DIFFERENCE,
  DIFFERENCE_SWAPPED,
  MAXIMUM,
  MINIMUM,
  NEGATE,
  PRODUCT,
  QUOTIENT,
  QUOTIENT_SWAPPED,
  RECIPROCAL_SQUARE_ROOT,
  SQUARE,
  SQUARE_ROOT,
  SUM,
  UNARY_RELU,
  UNARY_SIGN,
  UNARY_STEP,
} from "../src/constants/operations.ts";
import { patternLength, repeat } from "./simd.ts";

// @inline
function unary4(op: i32, x: v128, low: v128, high: v128): v128 {
  const zero = f32x4.splat(0),
    one = f32x4.splat(1);
  if (op == UNARY_RELU) return f32x4.max(x, zero);
  if (op == UNARY_STEP) return v128.or(v128.and(f32x4.gt(x, zero), one), v128.and(f32x4.ne(x, x), x)); // step; NaN stays NaN
  if (op == NEGATE) return f32x4.neg(x);
  if (op == SQUARE_ROOT) return f32x4.sqrt(x);
  if (op == RECIPROCAL_SQUARE_ROOT) return f32x4.div(one, f32x4.sqrt(x));
  if (op == SQUARE) return f32x4.mul(x, x);
  if (op == ABSOLUTE) return f32x4.abs(x);
  if (op == CLIP) return f32x4.max(low, f32x4.min(high, x));
  return v128.bitselect(f32x4.splat(-1), one, f32x4.lt(x, zero));
}

// @inline
function unaryLoop(op: i32, x: usize, y: usize, from: usize, to: usize, low: f32, high: f32): void {
  const l = f32x4.splat(low),
    h = f32x4.splat(high);
  let i = from << 2;
  const vectors = i + (((to - from) & ~3) << 2),
    end = to << 2;
  for (; i < vectors; i += 16) v128.store(y + i, unary4(op, v128.load(x + i), l, h));
  for (; i < end; i += 4) v128.store_lane<f32>(y + i, unary4(op, f32x4.splat(load<f32>(x + i)), l, h), 0);
}

/** y[i] = op(x[i]) for from ≤ i < to, op one of operations.ts; low and high are for `CLIP`. */
// @callable
export function unary(from: usize, to: usize, scratch: usize, op: i32, x: usize, y: usize, low: f32, high: f32): void {
  switch (op) {
    case UNARY_RELU:
      unaryLoop(UNARY_RELU, x, y, from, to, low, high);
      break;
    case UNARY_STEP:
      unaryLoop(UNARY_STEP, x, y, from, to, low, high);
      break;
    case NEGATE:
      unaryLoop(NEGATE, x, y, from, to, low, high);
      break;
    case SQUARE_ROOT:
      unaryLoop(SQUARE_ROOT, x, y, from, to, low, high);
      break;
    case RECIPROCAL_SQUARE_ROOT:
      unaryLoop(RECIPROCAL_SQUARE_ROOT, x, y, from, to, low, high);
      break;
    case SQUARE:
      unaryLoop(SQUARE, x, y, from, to, low, high);
      break;
    case ABSOLUTE:
      unaryLoop(ABSOLUTE, x, y, from, to, low, high);
      break;
    case CLIP:
      unaryLoop(CLIP, x, y, from, to, low, high);
      break;
    default:
      unaryLoop(UNARY_SIGN, x, y, from, to, low, high);
  }
}

// @inline
function binary4(op: i32, a: v128, b: v128): v128 {
  if (op == SUM) return f32x4.add(a, b);
  if (op == DIFFERENCE) return f32x4.sub(a, b);
  if (op == PRODUCT) return f32x4.mul(a, b);
  if (op == QUOTIENT) return f32x4.div(a, b);
  if (op == MAXIMUM) return f32x4.max(a, b);
  if (op == MINIMUM) return f32x4.min(a, b);
  if (op == DIFFERENCE_SWAPPED) return f32x4.sub(b, a);
  return f32x4.div(b, a);
}

// @inline
function binaryLoop(op: i32, a: usize, b: usize, y: usize, count: usize): void {
  let i: usize = 0;
  const vectors = (count & ~3) << 2,
    end = count << 2;
  for (; i < vectors; i += 16) v128.store(y + i, binary4(op, v128.load(a + i), v128.load(b + i)));
  for (; i < end; i += 4) {
    v128.store_lane<f32>(y + i, binary4(op, f32x4.splat(load<f32>(a + i)), f32x4.splat(load<f32>(b + i))), 0);
  }
}

function binaryRun(op: i32, a: usize, b: usize, y: usize, count: usize): void {
  switch (op) {
    case SUM:
      binaryLoop(SUM, a, b, y, count);
      break;
    case DIFFERENCE:
      binaryLoop(DIFFERENCE, a, b, y, count);
      break;
    case PRODUCT:
      binaryLoop(PRODUCT, a, b, y, count);
      break;
    case QUOTIENT:
      binaryLoop(QUOTIENT, a, b, y, count);
      break;
    case MAXIMUM:
      binaryLoop(MAXIMUM, a, b, y, count);
      break;
    case MINIMUM:
      binaryLoop(MINIMUM, a, b, y, count);
      break;
    case DIFFERENCE_SWAPPED:
      binaryLoop(DIFFERENCE_SWAPPED, a, b, y, count);
      break;
    default:
      binaryLoop(QUOTIENT_SWAPPED, a, b, y, count);
  }
}

/**
 * y[i] = op(a[i], b[i]) for from ≤ i < to, op one of operations.ts.
 */
// @callable
export function binary(from: usize, to: usize, scratch: usize, op: i32, a: usize, b: usize, y: usize): void {
  const at = from << 2;
  binaryRun(op, a + at, b + at, y + at, to - from);
}

/** Number of patterns in `middle` rows of `inner` floats. */
// @callable
export function broadcastRows(middle: i32, inner: i32): i32 {
  const length = middle > 1 ? patternLength(inner) : inner;
  return <i32>((<usize>middle * inner + length - 1) / length);
}

/**
 * y = op(a, b) for a [outer, middle, inner] and b [outer, 1, inner]; from … to are patterns, broadcastRows of them per outer index.
 * Scratch: patternLength(inner) floats.
 */
// @callable
export function binaryBroadcast(from: i32, to: i32, scratch: usize, op: i32, a: usize, b: usize, y: usize, middle: i32, inner: i32): void {
  const length = middle > 1 ? patternLength(inner) : inner,
    count = <usize>middle * inner,
    rows = broadcastRows(middle, inner);
  let repeated = -1;
  for (let i = from; i < to; i++) {
    const o = i / rows,
      at = <usize>(i % rows) * length,
      base = (<usize>o * count + at) << 2;
    if (o != repeated) {
      repeat(b + ((<usize>o * inner) << 2), inner, length, scratch);
      repeated = o;
    }
    binaryRun(op, a + base, scratch, y + base, min<usize>(length, count - at));
  }
}

/** y = running·momentum + batch·share for the elements from … to. */
// @callable
export function movingAverage(from: i32, to: i32, scratch: usize, running: usize, batch: usize, momentum: f32, share: f32, y: usize): void {
  for (let i = (<usize>from) << 2; i < (<usize>to) << 2; i += 4)
    store<f32>(y + i, load<f32>(running + i) * momentum + load<f32>(batch + i) * share);
}
