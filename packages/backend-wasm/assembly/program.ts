// Deferred values: a program describes how to compute any block of them from tensors in memory. Kernels that stream over rows evaluate it
// block by block in the first-level cache, so that batch norm, ReLU, sign, dropout and their gradients need no pass over memory of their
// own.
//
// A program is words of 32 bits: the number of instructions, the registers of its one or two results, an unused word; then eight words per
// instruction: operation (see operations.ts), result register, operand registers a and b, parameters p0 … p3. Coefficients are consecutive
// arrays of one pattern's length (see simd.ts) at p0.
import {
  ADD,
  DROPOUT,
  LOAD,
  NORMALIZE,
  NORMALIZE_GRAD,
  NORMALIZE_RELU,
  PASS_NONZERO,
  PASS_POLYNOMIAL,
  PASS_POSITIVE,
  PASS_TANH,
  PASS_UNIT,
  PASS_UNIT_NORMALIZED,
  RELU,
  SIGN,
  STEP,
} from "../src/constants/operations.ts";
import { keeps4 } from "./dropout.ts";
import { passPolynomial, passTanh } from "./surrogate.ts";

/** Number of floats that are evaluated at a time: whole patterns, few enough that a handful of blocks fits the first-level cache. */
// @callable
export function blockLength(length: i32): i32 {
  return max(1, 512 / length) * length;
}

/** Bytes of scratch for evaluating blocks of `block` floats with this many registers. */
// @callable
export function programScratch(registers: i32, block: i32): usize {
  return 128 + <usize>registers * (((<usize>block) << 2) + 64);
}

/** Address of result 0 or 1 of the program last evaluated in this scratch. */
// @inline
export function result(program: usize, scratch: usize, which: i32): usize {
  return load<usize>(scratch + ((<usize>load<i32>(program + 4 + ((<usize>which) << 2))) << 2));
}

// @inline
function normalized(a: v128, mean: v128, factor: v128, offset: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.sub(a, mean), factor), offset);
}

// @inline
function step(op: i32, a: v128, b: v128, c0: v128, c1: v128, c2: v128, c3: v128): v128 {
  if (op == NORMALIZE) return normalized(a, c0, c1, c2);
  if (op == RELU) return f32x4.max(a, f32x4.splat(0));
  if (op == SIGN) return v128.bitselect(f32x4.splat(-1), f32x4.splat(1), f32x4.lt(a, f32x4.splat(0)));
  if (op == PASS_POSITIVE) return v128.and(a, f32x4.gt(b, f32x4.splat(0)));
  if (op == PASS_UNIT) return v128.and(a, f32x4.lt(f32x4.abs(b), f32x4.splat(1)));
  if (op == PASS_NONZERO) return v128.and(a, f32x4.ne(b, f32x4.splat(0)));
  if (op == NORMALIZE_GRAD) return f32x4.mul(f32x4.sub(f32x4.sub(a, c1), f32x4.mul(f32x4.sub(b, c0), c2)), c3);
  if (op == STEP) return v128.or(v128.and(f32x4.gt(a, f32x4.splat(0)), f32x4.splat(1)), v128.and(f32x4.ne(a, a), a));
  if (op == NORMALIZE_RELU) return f32x4.max(normalized(a, c0, c1, c2), f32x4.splat(0));
  if (op == PASS_UNIT_NORMALIZED) return v128.and(a, f32x4.lt(f32x4.abs(normalized(b, c0, c1, c2)), f32x4.splat(1)));
  return f32x4.add(a, b);
}

// @inline
function loop(op: i32, y: usize, a: usize, b: usize, coefficients: usize, row: usize, bytes: usize): void {
  const uses = op == NORMALIZE || op == NORMALIZE_RELU || op == PASS_UNIT_NORMALIZED ? 3 : op == NORMALIZE_GRAD ? 4 : 0,
    zero = f32x4.splat(0);
  const takesB =
    op == PASS_POSITIVE || op == PASS_UNIT || op == PASS_NONZERO || op == NORMALIZE_GRAD || op == PASS_UNIT_NORMALIZED || op == ADD;
  let i: usize = 0;
  while (i < bytes) {
    const end = uses ? min(i + row, bytes) : bytes;
    let c = coefficients;
    for (; i < end; i += 16) {
      v128.store(
        y + i,
        step(
          op,
          v128.load(a + i),
          takesB ? v128.load(b + i) : zero,
          uses ? v128.load(c) : zero,
          uses ? v128.load(c + row) : zero,
          uses ? v128.load(c + 2 * row) : zero,
          uses == 4 ? v128.load(c + 3 * row) : zero,
        ),
      );
      c += 16;
    }
  }
}

/**
 * Evaluates `n` elements from number `from` on, which must start a pattern of `length` floats. Up to three more elements are evaluated too.
 * For the results see `result`; they are the tensor itself if nothing needs to be computed.
 * @param last address where the last instruction must write, or 0
 */
export function evaluate(program: usize, from: usize, n: i32, length: i32, block: i32, scratch: usize, last: usize): void {
  const row = (<usize>length) << 2,
    bytes = (<usize>((n + 3) & ~3)) << 2,
    slots = scratch + 128,
    slotBytes = ((<usize>block) << 2) + 64;
  let p = program + 16;
  for (let left = load<i32>(program); left > 0; left--) {
    const op = load<i32>(p),
      dst = load<i32>(p, 4);
    const p0 = load<usize>(p, 16);
    if (op == LOAD) store<usize>(scratch + ((<usize>dst) << 2), p0 + (from << 2));
    else {
      const y = left == 1 && last ? last : slots + <usize>dst * slotBytes;
      const a = load<usize>(scratch + ((<usize>load<i32>(p, 8)) << 2)),
        b = load<usize>(scratch + ((<usize>load<i32>(p, 12)) << 2));
      store<usize>(scratch + ((<usize>dst) << 2), y);
      switch (op) {
        case NORMALIZE:
          loop(NORMALIZE, y, a, b, p0, row, bytes);
          break;
        case RELU:
          loop(RELU, y, a, b, p0, row, bytes);
          break;
        case SIGN:
          loop(SIGN, y, a, b, p0, row, bytes);
          break;
        case DROPOUT: {
          const seed = load<i32>(p, 16),
            least = i32x4.splat(load<i32>(p, 20));
          for (let i: usize = 0; i < bytes; i += 16)
            v128.store(y + i, v128.and(v128.load(a + i), keeps4(<u32>(from + (i >> 2)), seed, least)));
          break;
        }
        case PASS_POSITIVE:
          loop(PASS_POSITIVE, y, a, b, p0, row, bytes);
          break;
        case PASS_UNIT:
          loop(PASS_UNIT, y, a, b, p0, row, bytes);
          break;
        case PASS_NONZERO:
          loop(PASS_NONZERO, y, a, b, p0, row, bytes);
          break;
        case PASS_POLYNOMIAL:
          passPolynomial(y, a, b, bytes, p + 16);
          break;
        case PASS_TANH:
          passTanh(y, a, b, bytes, p + 16);
          break;
        case NORMALIZE_GRAD:
          loop(NORMALIZE_GRAD, y, a, b, p0, row, bytes);
          break;
        case NORMALIZE_RELU:
          loop(NORMALIZE_RELU, y, a, b, p0, row, bytes);
          break;
        case PASS_UNIT_NORMALIZED:
          loop(PASS_UNIT_NORMALIZED, y, a, b, p0, row, bytes);
          break;
        case STEP:
          loop(STEP, y, a, b, p0, row, bytes);
          break;
        default:
          loop(ADD, y, a, b, p0, row, bytes);
      }
    }
    p += 32;
  }
}

/** y = the program's values, for the blocks `from` ≤ i < `to`. */
// @callable
export function materialize(from: i32, to: i32, scratch: usize, program: usize, count: usize, length: i32, y: usize): void {
  const block = blockLength(length);
  for (let i = from; i < to; i++) {
    const at = <usize>i * block;
    evaluate(program, at, <i32>min<usize>(block, count - at), length, block, scratch, y + (at << 2));
  }
}
