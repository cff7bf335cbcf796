// Signs of values after batch norm and ReLU. Per channel such a chain is monotonic, also in float32, since each of its roundings preserves
// order. There is therefore a single float that separates the values with sign −1 from those with sign +1. It is found by search; one
// comparison then replaces the whole chain, bit for bit.
import { blockLength, evaluate, result } from "./program.ts";
import { keeps4 } from "./dropout.ts";

/** 2⁶⁴: beyond it signs are assumed not to change, and within it no chain of sensible coefficients overflows. */
const LARGEST: i32 = 0x5f800000;

/** Bits of the float with index `key` in ascending order; 0 has index 0. */
// @inline
function bitsAt(key: i32): u32 {
  return key < 0 ? 0x80000000 | <u32>-key : <u32>key;
}

// @callable
export function thresholdScratch(length: i32): usize {
  return <usize>length * 12 + 64;
}

/**
 * thresholds[length] and then flips[length]: the program's value of x is not below 0 if and only if x, XORed with the flip, is not below
 * the threshold. The program is a chain of normalizations and ReLUs over the values at `base`.
 * @param work scratch of the program
 */
// @callable
export function signThresholds(program: usize, base: usize, length: i32, work: usize, scratch: usize, thresholds: usize): void {
  const tried = scratch,
    lows = tried + ((<usize>length) << 2) + 16,
    highs = lows + ((<usize>length) << 2),
    flips = thresholds + ((<usize>length) << 2);
  // As if the values to try were at the address from which the program loads.
  const from = (tried - base) >> 2,
    bytes = (<usize>length) << 2,
    block = blockLength(length);
  for (let j: usize = 0; j < bytes; j += 4) store<u32>(tried + j, bitsAt(-LARGEST));
  evaluate(program, from, length, length, block, work, 0);
  for (let j: usize = 0; j < bytes; j += 4) {
    store<u32>(flips + j, load<f32>(result(program, work, 0) + j) < 0 ? 0 : 0x80000000);
    store<u32>(tried + j, bitsAt(LARGEST));
  }
  evaluate(program, from, length, length, block, work, 0);
  for (let j: usize = 0; j < bytes; j += 4) {
    const first = load<u32>(flips + j) != 0,
      last = !(load<f32>(result(program, work, 0) + j) < 0);
    store<u32>(flips + j, first && !last ? 0x80000000 : 0);
    // If both ends have one sign, all values in between have it.
    store<i32>(lows + j, -LARGEST);
    store<i32>(highs + j, first == last ? -LARGEST : LARGEST);
    store<f32>(thresholds + j, last ? -Infinity : Infinity);
  }
  for (let left = 33; left > 0; left--) {
    for (let j: usize = 0; j < bytes; j += 4) {
      const low = <i64>load<i32>(lows + j),
        high = <i64>load<i32>(highs + j);
      store<u32>(tried + j, bitsAt(<i32>((low + high) >> 1)) ^ load<u32>(flips + j));
    }
    evaluate(program, from, length, length, block, work, 0);
    for (let j: usize = 0; j < bytes; j += 4) {
      const low = <i64>load<i32>(lows + j),
        high = <i64>load<i32>(highs + j);
      if (high - low < 2) continue;
      const middle = <i32>((low + high) >> 1);
      if (load<f32>(result(program, work, 0) + j) < 0) store<i32>(lows + j, middle);
      else store<i32>(highs + j, middle);
    }
  }
  for (let j: usize = 0; j < bytes; j += 4) {
    const high = load<i32>(highs + j);
    if (high != -LARGEST) store<u32>(thresholds + j, bitsAt(high));
  }
}

/** All ones in the lanes in which the float at x is below the threshold. */
// @inline
function below(x: usize, thresholds: usize, flips: usize, at: usize): v128 {
  return f32x4.lt(v128.xor(v128.load(x + at), v128.load(flips + at)), v128.load(thresholds + at));
}

// @inline
function kept4(index: u32, seed: i32, least: v128): u32 {
  return i32x4.bitmask(keeps4(index, seed, least));
}

/**
 * Packs the signs of pixels from … to of x [pixels, c], see bits.ts. With `valid`, only elements that dropout keeps are valid and set.
 * @param thresholds from `signThresholds`, [length] and flips; up to seven more are read
 */
// @callable
export function packSigns(
  from: i32,
  to: i32,
  scratch: usize,
  x: usize,
  c: i32,
  thresholds: usize,
  length: i32,
  signs: usize,
  valid: usize,
  seed: i32,
  threshold: u32,
): void {
  const flips = thresholds + ((<usize>length) << 2),
    bytes = (c + 7) >> 3,
    least = i32x4.splat(threshold),
    tail: u32 = c & 7 ? (1 << (c & 7)) - 1 : 255;
  const pairs = (c >> 4) << 1;
  for (let p = from; p < to; p++) {
    const row = x + ((<usize>p * c) << 2),
      s = signs + <usize>p * bytes,
      v = valid + <usize>p * bytes;
    let b = 0;
    for (; b < pairs; b += 2) {
      const at = (<usize>b) << 5;
      const low = i16x8.narrow_i32x4_s(below(row, thresholds, flips, at), below(row, thresholds, flips, at + 16));
      const high = i16x8.narrow_i32x4_s(below(row, thresholds, flips, at + 32), below(row, thresholds, flips, at + 48));
      store<u16>(s + b, <u16>~i8x16.bitmask(i8x16.narrow_i16x8_s(low, high)));
    }
    for (; b < bytes; b++) {
      const at = (<usize>b) << 5,
        some: u32 = b + 1 < bytes ? 255 : tail;
      const m: u32 = i32x4.bitmask(below(row, thresholds, flips, at)) | (i32x4.bitmask(below(row, thresholds, flips, at + 16)) << 4);
      store<u8>(s + b, ~m & some);
    }
    if (!valid) continue;
    const index = <u32>p * c;
    for (b = 0; b < bytes; b++) {
      const at = index + (b << 3),
        some: u32 = b + 1 < bytes ? 255 : tail;
      const m = (kept4(at, seed, least) | (kept4(at + 4, seed, least) << 4)) & some;
      store<u8>(v + b, m);
      store<u8>(s + b, load<u8>(s + b) & m);
    }
  }
}

/** Like `materialize`; also packs, like `packSigns`, the signs of the values after a chain, in pixels of c channels. */
// @callable
export function materializeSigns(
  from: i32,
  to: i32,
  scratch: usize,
  program: usize,
  count: usize,
  length: i32,
  y: usize,
  c: i32,
  thresholds: usize,
  signs: usize,
): void {
  const block = blockLength(length);
  for (let i = from; i < to; i++) {
    const at = <usize>i * block,
      n = <i32>min<usize>(block, count - at),
      first = <i32>(at / c);
    evaluate(program, at, n, length, block, scratch, y + (at << 2));
    packSigns(first, first + n / c, 0, y, c, thresholds, length, signs, 0, 0, 0);
  }
}
