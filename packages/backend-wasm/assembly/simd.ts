// Small things the kernels share: fused multiply-add where the engine has it, and patterns that repeat along a row.

/** a·b + c: one rounding in the relaxed build, two in the plain one. The condition is known when compiling. */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  // @ts-ignore: the compiler defines it
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** Loads the float at p into all lanes. */
// @ts-ignore: decorator
@inline
export function splatAt(p: usize): v128 {
  return v128.load_splat<f32>(p);
}

/**
 * How many floats long the repetition of `inner` floats is that vector loops run over: a multiple of both `inner` and
 * 4 and at least 64, so that narrow layers (3, 10, 12 channels) use all lanes; wide rows stay as they are.
 */
export function patternLength(inner: i32): i32 {
  if (inner >= 64) return inner;
  const unit = inner & 3 ? (inner & 1 ? inner << 2 : inner << 1) : inner;
  return ((64 + unit - 1) / unit) * unit;
}

/** Fills `length` floats at `dst` with the `inner` floats at `src`, over and over. */
export function repeat(src: usize, inner: i32, length: i32, dst: usize): void {
  const bytes = <usize>inner << 2;
  for (let i = 0; i < length; i += inner) {
    memory.copy(dst, src, bytes);
    dst += bytes;
  }
}
