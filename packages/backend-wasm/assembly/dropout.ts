// Random bits of a tensor's elements (murmur3's finalizer over the index), and which elements dropout keeps.
import { FIRST_FACTOR, INDEX_FACTOR, MIDDLE_SHIFT, OUTER_SHIFT, SECOND_FACTOR } from "../src/constants/element-hash.ts";

// @inline
function shiftXor(x: v128, shift: i32): v128 {
  return v128.xor(x, i32x4.shr_u(x, shift));
}

/** 32 random bits for each of the elements i … i+3: core's elementBits. */
// @inline
export function bits4(i: u32, seed: i32): v128 {
  const index = i32x4.add(i32x4.splat(i), i32x4(0, 1, 2, 3));
  let hash = i32x4.add(i32x4.mul(index, i32x4.splat(<i32>INDEX_FACTOR)), i32x4.splat(seed));
  hash = i32x4.mul(shiftXor(hash, OUTER_SHIFT), i32x4.splat(<i32>FIRST_FACTOR));
  hash = i32x4.mul(shiftXor(hash, MIDDLE_SHIFT), i32x4.splat(<i32>SECOND_FACTOR));
  return shiftXor(hash, OUTER_SHIFT);
}

/** All ones in the lanes of the elements i … i+3 that are kept: those whose bits are at least `threshold`. */
// @inline
export function keeps4(i: u32, seed: i32, threshold: v128): v128 {
  return i32x4.ge_u(bits4(i, seed), threshold);
}
