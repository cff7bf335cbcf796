// Random bits of an element of a tensor, murmur3's finaliser over its index, and which elements dropout keeps.

// @inline
function shiftXor(x: v128, shift: i32): v128 {
  return v128.xor(x, i32x4.shr_u(x, shift));
}

/** 32 random bits for each of the elements i … i+3: core's elementBits. */
// @inline
export function bits4(i: u32, seed: i32): v128 {
  const index = i32x4.add(i32x4.splat(i), i32x4(0, 1, 2, 3));
  let hash = i32x4.add(i32x4.mul(index, i32x4.splat(0x9e3779b1)), i32x4.splat(seed));
  hash = i32x4.mul(shiftXor(hash, 16), i32x4.splat(0x85ebca6b));
  hash = i32x4.mul(shiftXor(hash, 13), i32x4.splat(0xc2b2ae35));
  return shiftXor(hash, 16);
}

/** All ones in the lanes of the elements i … i+3 that are kept: those whose bits are at least `threshold`. */
// @inline
export function keeps4(i: u32, seed: i32, threshold: v128): v128 {
  return i32x4.ge_u(bits4(i, seed), threshold);
}
