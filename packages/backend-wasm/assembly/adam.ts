import { BETA1, BETA2, CORRECTION, DECAY, EPSILON, FRESH1, FRESH2, KEPT, RATE } from "../src/constants/adam-rates.ts";

// @inline
function adam4(
  at: usize,
  g: v128,
  w: v128,
  m: v128,
  v: v128,
  beta1: f32,
  fresh1: f32,
  beta2: f32,
  fresh2: f32,
  decay: f32,
  rate: f32,
  correction: f32,
  epsilon: f32,
  kept: f32,
  w1: usize,
  m1: usize,
  v1: usize,
  single: bool,
): void {
  const gradient = f32x4.add(g, f32x4.mul(w, f32x4.splat(decay)));
  const first = f32x4.add(f32x4.mul(m, f32x4.splat(beta1)), f32x4.mul(gradient, f32x4.splat(fresh1)));
  const second = f32x4.add(f32x4.mul(v, f32x4.splat(beta2)), f32x4.mul(f32x4.mul(gradient, gradient), f32x4.splat(fresh2)));
  const size = f32x4.add(f32x4.div(f32x4.sqrt(second), f32x4.splat(correction)), f32x4.splat(epsilon));
  const weight = f32x4.sub(f32x4.mul(w, f32x4.splat(kept)), f32x4.div(f32x4.mul(first, f32x4.splat(rate)), size));
  if (single) {
    v128.store_lane<f32>(w1 + at, weight, 0);
    v128.store_lane<f32>(m1 + at, first, 0);
    v128.store_lane<f32>(v1 + at, second, 0);
  } else {
    v128.store(w1 + at, weight);
    v128.store(m1 + at, first);
    v128.store(v1 + at, second);
  }
}

/** One step of Adam, with the numbers of adam-rates.ts at `rates`. */
// @callable
export function adamStep(
  from: usize,
  to: usize,
  scratch: usize,
  rates: usize,
  w: usize,
  g: usize,
  m: usize,
  v: usize,
  w1: usize,
  m1: usize,
  v1: usize,
): void {
  const rate = load<f32>(rates, RATE),
    beta1 = load<f32>(rates, BETA1),
    fresh1 = load<f32>(rates, FRESH1),
    beta2 = load<f32>(rates, BETA2),
    fresh2 = load<f32>(rates, FRESH2),
    correction = load<f32>(rates, CORRECTION),
    epsilon = load<f32>(rates, EPSILON),
    decay = load<f32>(rates, DECAY),
    kept = load<f32>(rates, KEPT);
  let i = from << 2;
  const vectors = i + (((to - from) & ~3) << 2),
    end = to << 2;
  for (; i < vectors; i += 16) {
    adam4(
      i,
      v128.load(g + i),
      v128.load(w + i),
      v128.load(m + i),
      v128.load(v + i),
      beta1,
      fresh1,
      beta2,
      fresh2,
      decay,
      rate,
      correction,
      epsilon,
      kept,
      w1,
      m1,
      v1,
      false,
    );
  }
  for (; i < end; i += 4) {
    adam4(
      i,
      v128.load_splat<f32>(g + i),
      v128.load_splat<f32>(w + i),
      v128.load_splat<f32>(m + i),
      v128.load_splat<f32>(v + i),
      beta1,
      fresh1,
      beta2,
      fresh2,
      decay,
      rate,
      correction,
      epsilon,
      kept,
      w1,
      m1,
      v1,
      true,
    );
  }
}
