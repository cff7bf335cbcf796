// @inline
function sgd4(
  nesterov: bool,
  at: usize,
  g: v128,
  w: v128,
  v: v128,
  rate: f32,
  momentum: f32,
  decay: f32,
  w1: usize,
  v1: usize,
  single: bool,
): void {
  const gradient = f32x4.add(g, f32x4.mul(w, f32x4.splat(decay)));
  const velocity = f32x4.add(f32x4.mul(v, f32x4.splat(momentum)), gradient);
  const change = nesterov ? f32x4.add(gradient, f32x4.mul(velocity, f32x4.splat(momentum))) : velocity;
  const weight = f32x4.sub(w, f32x4.mul(change, f32x4.splat(rate)));
  if (single) {
    v128.store_lane<f32>(w1 + at, weight, 0);
    v128.store_lane<f32>(v1 + at, velocity, 0);
  } else {
    v128.store(w1 + at, weight);
    v128.store(v1 + at, velocity);
  }
}

// @inline
function sgdLoop(
  nesterov: bool,
  from: usize,
  to: usize,
  w: usize,
  g: usize,
  v: usize,
  w1: usize,
  v1: usize,
  rate: f32,
  momentum: f32,
  decay: f32,
): void {
  let i = from << 2;
  const vectors = i + (((to - from) & ~3) << 2),
    end = to << 2;
  for (; i < vectors; i += 16) {
    sgd4(nesterov, i, v128.load(g + i), v128.load(w + i), v128.load(v + i), rate, momentum, decay, w1, v1, false);
  }
  for (; i < end; i += 4) {
    sgd4(
      nesterov,
      i,
      v128.load_splat<f32>(g + i),
      v128.load_splat<f32>(w + i),
      v128.load_splat<f32>(v + i),
      rate,
      momentum,
      decay,
      w1,
      v1,
      true,
    );
  }
}

/** One step of gradient descent with momentum, with weight decay added to the gradient; `nesterov` is 0 or 1. */
// @callable
export function sgdStep(
  from: usize,
  to: usize,
  scratch: usize,
  w: usize,
  g: usize,
  v: usize,
  w1: usize,
  v1: usize,
  rate: f32,
  momentum: f32,
  decay: f32,
  nesterov: i32,
): void {
  if (nesterov) sgdLoop(true, from, to, w, g, v, w1, v1, rate, momentum, decay);
  else sgdLoop(false, from, to, w, g, v, w1, v1, rate, momentum, decay);
}
