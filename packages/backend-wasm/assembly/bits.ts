// Values of −1, 0 and +1 as bits: a pixel's channels take whole bytes, bit c % 8 of byte c / 8 is set if channel c is above 0, and a second
// array of this kind marks the channels that are not 0. For signs of real values see threshold.ts.
import { blockLength, evaluate, result } from "./program.ts";

/** Eight bits that mark which of the floats at p are above 0. */
// @inline
function eight(p: usize): u32 {
  const zero = f32x4.splat(0);
  return i32x4.bitmask(f32x4.gt(v128.load(p), zero)) | (i32x4.bitmask(f32x4.gt(v128.load(p, 16), zero)) << 4);
}

// @inline
function eightValid(p: usize): u32 {
  const zero = f32x4.splat(0);
  return i32x4.bitmask(f32x4.ne(v128.load(p), zero)) | (i32x4.bitmask(f32x4.ne(v128.load(p, 16), zero)) << 4);
}

/** Packs the pixels of blocks from … to of a program's values, all −1, 0 or +1; gaps[block] is set if any was 0. */
// @callable
export function packBits(
  from: i32,
  to: i32,
  scratch: usize,
  program: usize,
  count: usize,
  c: i32,
  length: i32,
  signs: usize,
  valid: usize,
  gaps: usize,
): void {
  const block = blockLength(length),
    bytes = (c + 7) >> 3,
    tail: u32 = c & 7 ? (1 << (c & 7)) - 1 : 255;
  for (let i = from; i < to; i++) {
    const at = <usize>i * block,
      n = <i32>min<usize>(block, count - at),
      pixels = n / c;
    evaluate(program, at, n, length, block, scratch, 0);
    let x = result(program, scratch, 0),
      missing: u32 = 0;
    let s = signs + (at / c) * bytes,
      v = valid + (at / c) * bytes;
    for (let p = 0; p < pixels; p++) {
      for (let b = 0; b < bytes; b++) {
        const kept: u32 = b + 1 < bytes ? 255 : tail,
          q = x + ((<usize>b) << 5);
        const m = eightValid(q) & kept;
        missing |= m ^ kept;
        store<u8>(v + b, m);
        store<u8>(s + b, eight(q) & kept);
      }
      x += (<usize>c) << 2;
      s += bytes;
      v += bytes;
    }
    store<u8>(gaps + i, missing ? 1 : 0);
  }
}
