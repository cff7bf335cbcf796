// Small functions that the kernels share: fused multiply-add if the engine has it, and patterns that repeat along a row.

/** a·b + c: one rounding in the relaxed build, two in the plain one. The condition is constant at compile time. */
// @inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** Loads the float at p into all lanes. */
// @inline
export function splatAt(p: usize): v128 {
  return v128.load_splat<f32>(p);
}

/**
 * Length in floats of the repeated pattern of `inner` floats that vector loops run over: a multiple of both `inner` and 4, at least 64, so
 * that narrow layers (3, 10, 12 channels) use all lanes.
 */
// @callable
export function patternLength(inner: i32): i32 {
  const unit = inner & 3 ? (inner & 1 ? inner << 2 : inner << 1) : inner;
  return unit >= 64 ? unit : ((64 + unit - 1) / unit) * unit;
}

/** Fills `length` floats at `dst` by repeating the `inner` floats at `src`. */
export function repeat(src: usize, inner: i32, length: i32, dst: usize): void {
  const bytes = (<usize>inner) << 2;
  for (let i = 0; i < length; i += inner) {
    memory.copy(dst, src, bytes);
    dst += bytes;
  }
}

/** Transposes 4×4 floats: rows at p0 … p3, to rows at d that are `stride` bytes apart. */
// @inline
export function transpose4(p0: usize, p1: usize, p2: usize, p3: usize, d: usize, stride: usize): void {
  const a = v128.load(p0),
    b = v128.load(p1),
    c = v128.load(p2),
    e = v128.load(p3);
  const t0 = i32x4.shuffle(a, b, 0, 4, 1, 5),
    t1 = i32x4.shuffle(c, e, 0, 4, 1, 5);
  const t2 = i32x4.shuffle(a, b, 2, 6, 3, 7),
    t3 = i32x4.shuffle(c, e, 2, 6, 3, 7);
  v128.store(d, i64x2.shuffle(t0, t1, 0, 2));
  v128.store(d + stride, i64x2.shuffle(t0, t1, 1, 3));
  v128.store(d + 2 * stride, i64x2.shuffle(t2, t3, 0, 2));
  v128.store(d + 3 * stride, i64x2.shuffle(t2, t3, 1, 3));
}
