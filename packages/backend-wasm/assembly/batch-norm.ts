// Statistics per channel and what batch norm makes of them. x is [rows, channels]; narrow channels are repeated to a pattern.
import { madd, patternLength, repeat } from "./simd";
import { addColumns, addTo, rowsPerRun } from "./reduce";

/** m2[j] += the squared distances of column j of x[rows, length] from center[j]. */
function addSquares(x: usize, rows: i32, length: i32, center: usize, m2: usize): void {
  const stride = (<usize>length) << 2;
  let j = 0;
  for (; j + 8 <= length; j += 8) {
    let s0 = f32x4.splat(0),
      s1 = s0,
      p = x + ((<usize>j) << 2);
    const c0 = v128.load(center + ((<usize>j) << 2)),
      c1 = v128.load(center + ((<usize>j) << 2), 16);
    for (let r = 0; r < rows; r++) {
      const d0 = f32x4.sub(v128.load(p), c0),
        d1 = f32x4.sub(v128.load(p, 16), c1);
      s0 = madd(d0, d0, s0);
      s1 = madd(d1, d1, s1);
      p += stride;
    }
    addTo(m2 + ((<usize>j) << 3), s0);
    addTo(m2 + ((<usize>j) << 3) + 32, s1);
  }
  for (; j < length; j++) {
    const c: f64 = load<f32>(center + ((<usize>j) << 2));
    let s: f64 = 0,
      p = x + ((<usize>j) << 2);
    for (let r = 0; r < rows; r++) {
      const d = <f64>load<f32>(p) - c;
      s += d * d;
      p += stride;
    }
    const q = m2 + ((<usize>j) << 3);
    store<f64>(q, load<f64>(q) + s);
  }
}

export function momentsScratch(channels: i32): usize {
  return <usize>patternLength(channels) * 28;
}

/**
 * mean[c] and biased variance[c] of x[rows, c]. Each run's own mean and squares are found while it is in the cache and
 * merged into the whole by the rule of Chan, Golub and LeVeque, so nothing is lost however far the mean is from 0.
 */
export function channelMoments(x: usize, rows: i32, c: i32, mean: usize, variance: usize, scratch: usize): void {
  const length = patternLength(c),
    repeats = length / c,
    long = rows / repeats,
    run = rowsPerRun(length);
  const bytes = (<usize>length) << 3,
    sums = scratch,
    means = sums + bytes,
    squares = means + bytes,
    center = squares + bytes;
  memory.fill(means, 0, bytes << 1);
  let seen: f64 = 0;
  for (let r = 0; r < long; r += run) {
    const count = min(run, long - r),
      n = <f64>count,
      p = x + ((<usize>r * length) << 2);
    memory.fill(sums, 0, bytes);
    addColumns(p, count, length, sums);
    for (let j = 0; j < length; j++) store<f32>(center + ((<usize>j) << 2), <f32>(load<f64>(sums + ((<usize>j) << 3)) / n));
    addSquares(p, count, length, center, squares);
    const total = seen + n;
    for (let j = 0; j < length; j++) {
      const at = (<usize>j) << 3,
        local = load<f64>(sums + at) / n,
        rounded = <f64>load<f32>(center + ((<usize>j) << 2));
      const whole = load<f64>(means + at),
        delta = local - whole,
        slip = local - rounded;
      // The squares were taken around the rounded mean; that adds n·slip², which is taken away again.
      store<f64>(squares + at, load<f64>(squares + at) - n * slip * slip + (delta * delta * seen * n) / total);
      store<f64>(means + at, whole + (delta * n) / total);
    }
    seen = total;
  }
  for (let k = 0; k < c; k++) {
    let n: f64 = 0,
      m: f64 = 0,
      s: f64 = 0;
    if (seen > 0) {
      for (let j = k; j < length; j += c) {
        const total = n + seen,
          delta = load<f64>(means + ((<usize>j) << 3)) - m;
        s += load<f64>(squares + ((<usize>j) << 3)) + (delta * delta * n * seen) / total;
        m += (delta * seen) / total;
        n = total;
      }
    }
    for (let r = long * repeats; r < rows; r++) {
      n += 1;
      const value = <f64>load<f32>(x + ((<usize>(r * c + k)) << 2)),
        delta = value - m;
      m += delta / n;
      s += delta * (value - m);
    }
    store<f32>(mean + ((<usize>k) << 2), <f32>m);
    store<f32>(variance + ((<usize>k) << 2), <f32>(s / n));
  }
}

/** y = (x − mean[j])·factor[j] + offset[j] for `count` floats of rows of `length`. */
function normalizeRows(x: usize, mean: usize, factor: usize, offset: usize, y: usize, length: i32, count: usize): void {
  for (let i: usize = 0; i < count; i += length) {
    const n = min<usize>(length, count - i),
      vectors = (n & ~3) << 2,
      end = n << 2;
    const px = x + (i << 2),
      py = y + (i << 2);
    let j: usize = 0;
    for (; j < vectors; j += 16) {
      v128.store(
        py + j,
        f32x4.add(f32x4.mul(f32x4.sub(v128.load(px + j), v128.load(mean + j)), v128.load(factor + j)), v128.load(offset + j)),
      );
    }
    for (; j < end; j += 4) store<f32>(py + j, (load<f32>(px + j) - load<f32>(mean + j)) * load<f32>(factor + j) + load<f32>(offset + j));
  }
}

export function batchNormScratch(channels: i32): usize {
  return ((<usize>patternLength(channels)) << 4) + ((<usize>channels) << 3);
}

/** y = (x − mean)·scale/√(variance + epsilon) + offset for x [rows, c]; scale and offset may be 0, meaning 1 and 0. */
export function batchNorm(
  x: usize,
  rows: i32,
  c: i32,
  mean: usize,
  variance: usize,
  scale: usize,
  offset: usize,
  epsilon: f32,
  y: usize,
  scratch: usize,
): void {
  const length = patternLength(c),
    bytes = (<usize>length) << 2;
  const means = scratch,
    factors = means + bytes,
    offsets = factors + bytes,
    one = offsets + bytes,
    two = one + ((<usize>c) << 2);
  for (let k: usize = 0; k < (<usize>c) << 2; k += 4) {
    store<f32>(one + k, (scale ? load<f32>(scale + k) : 1) / sqrt<f32>(load<f32>(variance + k) + epsilon));
    store<f32>(two + k, offset ? load<f32>(offset + k) : 0);
  }
  repeat(mean, c, length, means);
  repeat(one, c, length, factors);
  repeat(two, c, length, offsets);
  normalizeRows(x, means, factors, offsets, y, length, <usize>rows * c);
}

export function batchNormGradScratch(channels: i32): usize {
  return <usize>patternLength(channels) * 32 + <usize>channels * 16;
}

/** a[length] += Σ dy and b[length] += Σ dy·(x − mean) down the columns. */
function addGradients(x: usize, dy: usize, rows: i32, length: i32, mean: usize, a: usize, b: usize): void {
  const stride = (<usize>length) << 2;
  let j = 0;
  for (; j + 8 <= length; j += 8) {
    let s0 = f32x4.splat(0),
      s1 = s0,
      t0 = s0,
      t1 = s0,
      at = (<usize>j) << 2;
    const m0 = v128.load(mean + at),
      m1 = v128.load(mean + at, 16);
    for (let r = 0; r < rows; r++) {
      const d0 = v128.load(dy + at),
        d1 = v128.load(dy + at, 16);
      s0 = f32x4.add(s0, d0);
      s1 = f32x4.add(s1, d1);
      t0 = madd(d0, f32x4.sub(v128.load(x + at), m0), t0);
      t1 = madd(d1, f32x4.sub(v128.load(x + at, 16), m1), t1);
      at += stride;
    }
    const q = (<usize>j) << 3;
    addTo(a + q, s0);
    addTo(a + q + 32, s1);
    addTo(b + q, t0);
    addTo(b + q + 32, t1);
  }
  for (; j < length; j++) {
    const q = (<usize>j) << 3,
      m: f64 = load<f32>(mean + ((<usize>j) << 2));
    let s: f64 = 0,
      t: f64 = 0,
      at = (<usize>j) << 2;
    for (let r = 0; r < rows; r++) {
      const d = <f64>load<f32>(dy + at);
      s += d;
      t += d * (<f64>load<f32>(x + at) - m);
      at += stride;
    }
    store<f64>(a + q, load<f64>(a + q) + s);
    store<f64>(b + q, load<f64>(b + q) + t);
  }
}

/**
 * With x̂ = (x − mean)/√(variance + epsilon): dOffset = Σ dy, dScale = Σ dy·x̂, and
 * dx = scale/√(variance + epsilon)·(dy − dOffset/rows − x̂·dScale/rows).
 */
export function batchNormGrad(
  x: usize,
  dy: usize,
  rows: i32,
  c: i32,
  mean: usize,
  variance: usize,
  scale: usize,
  epsilon: f32,
  dx: usize,
  dScale: usize,
  dOffset: usize,
  scratch: usize,
): void {
  const length = patternLength(c),
    repeats = length / c,
    long = rows / repeats,
    run = rowsPerRun(length),
    bytes = (<usize>length) << 2;
  const means = scratch,
    factors = means + bytes,
    shares = factors + bytes,
    slopes = shares + bytes;
  const a = slopes + bytes,
    b = a + (bytes << 1);
  const one = b + (bytes << 1),
    two = one + ((<usize>c) << 2),
    three = two + ((<usize>c) << 2);
  repeat(mean, c, length, means);
  memory.fill(a, 0, bytes << 2);
  for (let r = 0; r < long; r += run) {
    const at = (<usize>r * length) << 2;
    addGradients(x + at, dy + at, min(run, long - r), length, means, a, b);
  }
  for (let r = long * repeats; r < rows; r++) {
    const at = (<usize>(r * c)) << 2;
    for (let k = 0; k < c; k++) {
      const q = (<usize>k) << 3,
        d = <f64>load<f32>(dy + at + ((<usize>k) << 2));
      store<f64>(a + q, load<f64>(a + q) + d);
      store<f64>(b + q, load<f64>(b + q) + d * (<f64>load<f32>(x + at + ((<usize>k) << 2)) - <f64>load<f32>(mean + ((<usize>k) << 2))));
    }
  }
  const n = <f64>rows;
  for (let k = 0; k < c; k++) {
    const at = (<usize>k) << 2,
      inverse = 1 / sqrt<f64>(<f64>load<f32>(variance + at) + <f64>epsilon);
    let s: f64 = 0,
      t: f64 = 0;
    for (let j = k; j < length; j += c) {
      s += load<f64>(a + ((<usize>j) << 3));
      t += load<f64>(b + ((<usize>j) << 3));
    }
    store<f32>(dOffset + at, <f32>s);
    store<f32>(dScale + at, <f32>(t * inverse));
    store<f32>(one + at, <f32>(inverse * (scale ? <f64>load<f32>(scale + at) : 1)));
    store<f32>(two + at, <f32>(s / n));
    store<f32>(three + at, <f32>((t * inverse * inverse) / n));
  }
  repeat(one, c, length, factors);
  repeat(two, c, length, shares);
  repeat(three, c, length, slopes);
  const count = <usize>rows * c;
  for (let i: usize = 0; i < count; i += length) {
    const m = min<usize>(length, count - i),
      vectors = (m & ~3) << 2,
      end = m << 2,
      at = i << 2;
    let j: usize = 0;
    for (; j < vectors; j += 16) {
      const centered = f32x4.sub(v128.load(x + at + j), v128.load(means + j));
      const rest = f32x4.sub(f32x4.sub(v128.load(dy + at + j), v128.load(shares + j)), f32x4.mul(centered, v128.load(slopes + j)));
      v128.store(dx + at + j, f32x4.mul(rest, v128.load(factors + j)));
    }
    for (; j < end; j += 4) {
      const centered = load<f32>(x + at + j) - load<f32>(means + j);
      store<f32>(dx + at + j, (load<f32>(dy + at + j) - load<f32>(shares + j) - centered * load<f32>(slopes + j)) * load<f32>(factors + j));
    }
  }
}
