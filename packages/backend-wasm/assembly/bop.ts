// @inline
function bop4(at: usize, g: v128, w: v128, m: v128, gamma: f32, kept: f32, threshold: f32, w1: usize, m1: usize, single: bool): void {
  const one = f32x4.splat(1),
    minus = f32x4.splat(-1);
  const average = f32x4.add(f32x4.mul(m, f32x4.splat(kept)), f32x4.mul(g, f32x4.splat(gamma)));
  const sign = v128.bitselect(minus, one, f32x4.lt(w, f32x4.splat(0)));
  const flips = f32x4.gt(f32x4.mul(sign, average), f32x4.splat(threshold));
  const weight = v128.bitselect(f32x4.neg(sign), sign, flips);
  if (single) {
    v128.store_lane<f32>(w1 + at, weight, 0);
    v128.store_lane<f32>(m1 + at, average, 0);
  } else {
    v128.store(w1 + at, weight);
    v128.store(m1 + at, average);
  }
}

/**
 * One step of Bop: a sign flips if the averaged gradient has the same sign and exceeds the threshold. `kept` is 1 − γ, computed in double
 * precision.
 */
// @callable
export function bopStep(
  from: usize,
  to: usize,
  scratch: usize,
  w: usize,
  g: usize,
  m: usize,
  w1: usize,
  m1: usize,
  gamma: f32,
  kept: f32,
  threshold: f32,
): void {
  let i = from << 2;
  const vectors = i + (((to - from) & ~3) << 2),
    end = to << 2;
  for (; i < vectors; i += 16) bop4(i, v128.load(g + i), v128.load(w + i), v128.load(m + i), gamma, kept, threshold, w1, m1, false);
  for (; i < end; i += 4) {
    bop4(i, v128.load_splat<f32>(g + i), v128.load_splat<f32>(w + i), v128.load_splat<f32>(m + i), gamma, kept, threshold, w1, m1, true);
  }
}
