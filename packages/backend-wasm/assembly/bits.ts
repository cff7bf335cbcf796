// Values of −1, 0 and +1 as bits: a pixel's channels are a run of whole bytes, bit c % 8 of byte c / 8 is set where channel c
// is above 0, and a second such array says where it is not 0.
import { blockLength, evaluate, result } from "./program";
import { keeps4 } from "./dropout";

/** Eight bits: which of the floats at p are set. `mode` 0: above 0, 1: not below 0. Floats from `count` on are not. */
// @ts-ignore: decorator
@inline
function eight(sign: bool, p: usize): u32 {
  const zero = f32x4.splat(0), a = v128.load(p), b = v128.load(p, 16);
  // NaN counts as not below 0.
  return sign
    ? (i32x4.bitmask(f32x4.lt(a, zero)) | (i32x4.bitmask(f32x4.lt(b, zero)) << 4)) ^ 255
    : i32x4.bitmask(f32x4.gt(a, zero)) | (i32x4.bitmask(f32x4.gt(b, zero)) << 4);
}

// @ts-ignore: decorator
@inline
function eightValid(p: usize): u32 {
  const zero = f32x4.splat(0);
  return i32x4.bitmask(f32x4.ne(v128.load(p), zero)) | (i32x4.bitmask(f32x4.ne(v128.load(p, 16), zero)) << 4);
}

/**
 * Packs the pixels of blocks from … to of a program's values. `mode` 0: values are −1, 0, +1, and gaps[block] tells whether
 * any was 0; 1: real values, of which the signs are taken; 2: the same, and only those are valid that dropout keeps.
 */
export function packBits(
  from: i32, to: i32, scratch: usize, program: usize, count: usize, c: i32, length: i32, signs: usize, valid: usize, mode: i32, seed: i32,
  threshold: u32, gaps: usize,
): void {
  const block = blockLength(length), bytes = (c + 7) >> 3, least = i32x4.splat(threshold), tail: u32 = c & 7 ? (1 << (c & 7)) - 1 : 255;
  for (let i = from; i < to; i++) {
    const at = <usize>i * block, n = <i32>min<usize>(block, count - at), pixels = n / c;
    evaluate(program, at, n, length, block, scratch, 0);
    let x = result(program, scratch, 0), missing: u32 = 0;
    let s = signs + (at / c) * bytes, v = valid + (at / c) * bytes, index = <u32>at;
    for (let p = 0; p < pixels; p++) {
      for (let b = 0; b < bytes; b++) {
        const kept: u32 = b + 1 < bytes ? 255 : tail, q = x + (<usize>b << 5);
        if (mode == 0) {
          const m = eightValid(q) & kept;
          missing |= m ^ kept;
          store<u8>(v + b, m);
          store<u8>(s + b, eight(false, q) & kept);
        } else {
          const bits = eight(true, q) & kept;
          if (mode == 2) {
            const at = index + (b << 3);
            const m = (i32x4.bitmask(keeps4(at, seed, least)) | (i32x4.bitmask(keeps4(at + 4, seed, least)) << 4)) & kept;
            store<u8>(v + b, m);
            store<u8>(s + b, bits & m);
          } else store<u8>(s + b, bits);
        }
      }
      x += <usize>c << 2;
      s += bytes;
      v += bytes;
      index += c;
    }
    store<u8>(gaps + i, missing ? 1 : 0);
  }
}
