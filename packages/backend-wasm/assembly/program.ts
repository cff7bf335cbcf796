// Values that were never written down: a program says how to make any block of them from tensors in memory. Kernels that
// stream over rows evaluate it block by block, in the first-level cache, so that batch norm, ReLU, sign, dropout and their
// gradients cost no pass over memory of their own.
//
// A program is words of 32 bits: how many instructions, the registers of its one or two results, a spare; then eight words
// per instruction: operation, result register, operand registers a and b, parameters p0 … p3. Coefficients are arrays of one
// pattern's length (see simd.ts), one after the other at p0.
import { keeps4 } from "./dropout.ts";
import { packSigns } from "./threshold.ts";

/** Floats that are evaluated at a time: whole patterns, few enough that a handful of blocks fits the first-level cache. */
export function blockLength(length: i32): i32 {
  return max(1, 512 / length) * length;
}

/** Bytes that evaluating blocks of `block` floats with so many registers takes. */
export function programScratch(registers: i32, block: i32): usize {
  return 128 + <usize>registers * ((<usize>block << 2) + 64);
}

/** Address of result 0 or 1 of the program last evaluated in this scratch. */
// @inline
export function result(program: usize, scratch: usize, which: i32): usize {
  return load<usize>(scratch + (<usize>load<i32>(program + 4 + (<usize>which << 2)) << 2));
}

// @inline
function normalized(a: v128, mean: v128, factor: v128, offset: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.sub(a, mean), factor), offset);
}

// @inline
function step(op: i32, a: v128, b: v128, c0: v128, c1: v128, c2: v128, c3: v128): v128 {
  if (op == 1) return normalized(a, c0, c1, c2); // (a − mean)·factor + offset
  if (op == 2) return f32x4.max(a, f32x4.splat(0)); // ReLU
  if (op == 3) return v128.bitselect(f32x4.splat(-1), f32x4.splat(1), f32x4.lt(a, f32x4.splat(0))); // sign, +1 at 0
  if (op == 5) return v128.and(a, f32x4.gt(b, f32x4.splat(0))); // a where b > 0
  if (op == 6) return v128.and(a, f32x4.lt(f32x4.abs(b), f32x4.splat(1))); // a where −1 < b < 1
  if (op == 7) return v128.and(a, f32x4.ne(b, f32x4.splat(0))); // a where b ≠ 0
  if (op == 8) return f32x4.mul(f32x4.sub(f32x4.sub(a, c1), f32x4.mul(f32x4.sub(b, c0), c2)), c3); // batch norm's gradient
  if (op == 9) return v128.or(v128.and(f32x4.gt(a, f32x4.splat(0)), f32x4.splat(1)), v128.and(f32x4.ne(a, a), a)); // step; NaN stays NaN
  if (op == 10) return f32x4.max(normalized(a, c0, c1, c2), f32x4.splat(0)); // ReLU of normalised a
  if (op == 11) return v128.and(a, f32x4.lt(f32x4.abs(normalized(b, c0, c1, c2)), f32x4.splat(1))); // a where normalised b is within ±1
  return f32x4.add(a, b); // 12
}

// @inline
function loop(op: i32, y: usize, a: usize, b: usize, coefficients: usize, row: usize, bytes: usize): void {
  const uses = op == 1 || op == 10 || op == 11 ? 3 : op == 8 ? 4 : 0, zero = f32x4.splat(0);
  let i: usize = 0;
  while (i < bytes) {
    const end = uses ? min(i + row, bytes) : bytes;
    let c = coefficients;
    for (; i < end; i += 16) {
      v128.store(
        y + i,
        step(
          op, v128.load(a + i), (op >= 5 && op <= 8) || op >= 11 ? v128.load(b + i) : zero, uses ? v128.load(c) : zero, uses ? v128.load(c + row) : zero,
          uses ? v128.load(c + 2 * row) : zero, uses == 4 ? v128.load(c + 3 * row) : zero,
        ),
      );
      c += 16;
    }
  }
}

/**
 * Evaluates `n` elements from number `from` on, which starts a pattern of `length` floats. Up to three elements past the n
 * are evaluated too. Results: see `result`; they are the tensor itself where nothing needs doing.
 * @param last where the last instruction shall write, or 0
 */
export function evaluate(program: usize, from: usize, n: i32, length: i32, block: i32, scratch: usize, last: usize): void {
  const row = <usize>length << 2, bytes = <usize>((n + 3) & ~3) << 2, slots = scratch + 128, slotBytes = (<usize>block << 2) + 64;
  let p = program + 16;
  for (let left = load<i32>(program); left > 0; left--) {
    const op = load<i32>(p), dst = load<i32>(p, 4);
    const p0 = load<usize>(p, 16);
    if (op == 0) store<usize>(scratch + (<usize>dst << 2), p0 + (from << 2));
    else {
      const y = left == 1 && last ? last : slots + <usize>dst * slotBytes;
      const a = load<usize>(scratch + (<usize>load<i32>(p, 8) << 2)), b = load<usize>(scratch + (<usize>load<i32>(p, 12) << 2));
      store<usize>(scratch + (<usize>dst << 2), y);
      switch (op) {
        case 1: loop(1, y, a, b, p0, row, bytes); break;
        case 2: loop(2, y, a, b, p0, row, bytes); break;
        case 3: loop(3, y, a, b, p0, row, bytes); break;
        case 4: {
          const seed = load<i32>(p, 16), least = i32x4.splat(load<i32>(p, 20));
          for (let i: usize = 0; i < bytes; i += 16) v128.store(y + i, v128.and(v128.load(a + i), keeps4(<u32>(from + (i >> 2)), seed, least)));
          break;
        }
        case 5: loop(5, y, a, b, p0, row, bytes); break;
        case 6: loop(6, y, a, b, p0, row, bytes); break;
        case 7: loop(7, y, a, b, p0, row, bytes); break;
        case 8: loop(8, y, a, b, p0, row, bytes); break;
        case 10: loop(10, y, a, b, p0, row, bytes); break;
        case 11: loop(11, y, a, b, p0, row, bytes); break;
        case 9: loop(9, y, a, b, p0, row, bytes); break;
        default: loop(12, y, a, b, p0, row, bytes);
      }
    }
    p += 32;
  }
}

/** As `materialize`, and the signs of what a chain makes of the values, pixels of c, as `packSigns` has them. */
export function materializeSigns(
  from: i32, to: i32, scratch: usize, program: usize, count: usize, length: i32, y: usize, c: i32, thresholds: usize, signs: usize,
): void {
  const block = blockLength(length);
  for (let i = from; i < to; i++) {
    const at = <usize>i * block, n = <i32>min<usize>(block, count - at), first = <i32>(at / c);
    evaluate(program, at, n, length, block, scratch, y + (at << 2));
    packSigns(first, first + n / c, 0, y, c, thresholds, length, signs, 0, 0, 0);
  }
}

/** y = the program's values, for the blocks `from` ≤ i < `to`. */
export function materialize(from: i32, to: i32, scratch: usize, program: usize, count: usize, length: i32, y: usize): void {
  const block = blockLength(length);
  for (let i = from; i < to; i++) {
    const at = <usize>i * block;
    evaluate(program, at, <i32>min<usize>(block, count - at), length, block, scratch, y + (at << 2));
  }
}
