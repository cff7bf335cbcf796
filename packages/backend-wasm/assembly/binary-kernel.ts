// Operations on a latent kernel [rows, f] in a step: centring and clipping, binarizing, and its gradient. Filters are columns; sums over
// them are in float64.

/** Stores the first n (at most 4) floats of v. */
// @inline
function storeSome(p: usize, v: v128, n: i32): void {
  if (n >= 4) v128.store(p, v);
  else {
    v128.store_lane<f32>(p, v, 0);
    if (n > 1) v128.store_lane<f32>(p, v, 1, 4);
    if (n > 2) v128.store_lane<f32>(p, v, 2, 8);
  }
}

// @inline
function high(v: v128): v128 {
  return f64x2.promote_low_f32x4(i32x4.shuffle(v, v, 2, 3, 2, 3));
}

/** Divides four float64 sums by n, as float32. */
// @inline
function means(low: v128, high: v128, n: i32): v128 {
  const count = f64x2.splat(<f64>n),
    a = f32x4.demote_f64x2_zero(f64x2.div(low, count)),
    b = f32x4.demote_f64x2_zero(f64x2.div(high, count));
  return i64x2.shuffle(a, b, 0, 2);
}

// @inline
function signed(a: v128, w: v128): v128 {
  return v128.bitselect(f32x4.neg(a), a, f32x4.lt(w, f32x4.splat(0)));
}

/** y [taps, c, f] = w minus its mean over c if c > 1, clipped to [−1, 1]; from … to are taps. */
// @callable
export function centreAndClip(from: i32, to: i32, scratch: usize, w: usize, c: i32, f: i32, y: usize): void {
  const row = (<usize>f) << 2,
    one = f32x4.splat(1),
    minus = f32x4.splat(-1);
  for (let tap = from; tap < to; tap++) {
    for (let j = 0; j < f; j += 4) {
      const at = (<usize>(tap * c * f + j)) << 2;
      let mean = f32x4.splat(0),
        p = w + at,
        q = y + at;
      if (c > 1) {
        let a = f64x2.splat(0),
          b = a;
        for (let k = 0; k < c; k++) {
          const v = v128.load(p);
          a = f64x2.add(a, f64x2.promote_low_f32x4(v));
          b = f64x2.add(b, high(v));
          p += row;
        }
        mean = means(a, b, c);
        p = w + at;
      }
      for (let k = 0; k < c; k++) {
        storeSome(q, f32x4.min(f32x4.max(f32x4.sub(v128.load(p), mean), minus), one), f - j);
        p += row;
        q += row;
      }
    }
  }
}

/** y [rows, f] = mean |w| of the filter · sign(w), for the groups of four filters from … to. */
// @callable
export function binaryKernel(from: i32, to: i32, scratch: usize, w: usize, rows: i32, f: i32, y: usize): void {
  const row = (<usize>f) << 2;
  for (let group = from; group < to; group++) {
    const at = (<usize>group) << 4;
    let a = f64x2.splat(0),
      b = a,
      p = w + at,
      q = y + at;
    for (let r = 0; r < rows; r++) {
      const v = f32x4.abs(v128.load(p));
      a = f64x2.add(a, f64x2.promote_low_f32x4(v));
      b = f64x2.add(b, high(v));
      p += row;
    }
    const mean = means(a, b, rows);
    p = w + at;
    for (let r = 0; r < rows; r++) {
      storeSome(q, signed(mean, v128.load(p)), f - 4 * group);
      p += row;
      q += row;
    }
  }
}

/**
 * dw [rows, f] = (a·dy if |w| ≤ 1, + sign(w)·Σ(dy·sign(w))/rows) · factor; from … to are groups of four filters, and a is the magnitude of
 * `binary` [rows, f], one per filter.
 */
// @callable
export function binaryKernelGradient(
  from: i32,
  to: i32,
  scratch: usize,
  w: usize,
  binary: usize,
  dy: usize,
  rows: i32,
  f: i32,
  factor: f32,
  dw: usize,
): void {
  const row = (<usize>f) << 2,
    factors = f32x4.splat(factor),
    one = f32x4.splat(1);
  for (let group = from; group < to; group++) {
    const at = (<usize>group) << 4,
      a = f32x4.abs(v128.load(binary + at));
    let s = f64x2.splat(0),
      t = s,
      p = w + at,
      g = dy + at,
      q = dw + at;
    for (let r = 0; r < rows; r++) {
      const along = signed(v128.load(g), v128.load(p));
      s = f64x2.add(s, f64x2.promote_low_f32x4(along));
      t = f64x2.add(t, high(along));
      p += row;
      g += row;
    }
    const slope = means(s, t, rows);
    p = w + at;
    g = dy + at;
    for (let r = 0; r < rows; r++) {
      const v = v128.load(p),
        through = v128.and(f32x4.mul(a, v128.load(g)), f32x4.le(f32x4.abs(v), one));
      storeSome(q, f32x4.mul(f32x4.add(through, signed(slope, v)), factors), f - 4 * group);
      p += row;
      g += row;
      q += row;
    }
  }
}
