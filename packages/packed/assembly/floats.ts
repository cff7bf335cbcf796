// The operations that remain in float32. Every sum has one defined order; multiplications and additions are rounded individually.

/** y = (x − mean)·factor + offset for x [pixels, c]. */
export function affine(x: usize, pixels: i32, c: i32, mean: usize, factor: usize, offset: usize, y: usize): void {
  const vectors = (<usize>c & ~3) << 2,
    end = (<usize>c) << 2;
  for (let p = 0; p < pixels; p++) {
    let j: usize = 0;
    for (; j < vectors; j += 16) {
      const v = f32x4.mul(f32x4.sub(v128.load(x + j), v128.load(mean + j)), v128.load(factor + j));
      v128.store(y + j, f32x4.add(v, v128.load(offset + j)));
    }
    for (; j < end; j += 4) store<f32>(y + j, (load<f32>(x + j) - load<f32>(mean + j)) * load<f32>(factor + j) + load<f32>(offset + j));
    x += end;
    y += end;
  }
}

/** y [panels·32] = Σ x[i]·panel[i][·], starting from 0 with i ascending from 0. @param panel [panels][n][32] */
export function multiplyVector(x: usize, n: i32, panel: usize, panels: i32, y: usize): void {
  for (; panels > 0; panels--) {
    const zero = f32x4.splat(0);
    let s0 = zero,
      s1 = zero,
      s2 = zero,
      s3 = zero,
      s4 = zero,
      s5 = zero,
      s6 = zero,
      s7 = zero;
    for (let a = x, end = x + ((<usize>n) << 2); a < end; a += 4) {
      const v = v128.load_splat<f32>(a);
      s0 = f32x4.add(s0, f32x4.mul(v, v128.load(panel)));
      s1 = f32x4.add(s1, f32x4.mul(v, v128.load(panel, 16)));
      s2 = f32x4.add(s2, f32x4.mul(v, v128.load(panel, 32)));
      s3 = f32x4.add(s3, f32x4.mul(v, v128.load(panel, 48)));
      s4 = f32x4.add(s4, f32x4.mul(v, v128.load(panel, 64)));
      s5 = f32x4.add(s5, f32x4.mul(v, v128.load(panel, 80)));
      s6 = f32x4.add(s6, f32x4.mul(v, v128.load(panel, 96)));
      s7 = f32x4.add(s7, f32x4.mul(v, v128.load(panel, 112)));
      panel += 128;
    }
    v128.store(y, s0);
    v128.store(y, s1, 16);
    v128.store(y, s2, 32);
    v128.store(y, s3, 48);
    v128.store(y, s4, 64);
    v128.store(y, s5, 80);
    v128.store(y, s6, 96);
    v128.store(y, s7, 112);
    y += 128;
  }
}

/** y = max(0, x); NaN becomes 0. */
export function relu(x: usize, n: i32, y: usize): void {
  const end = (<usize>n) << 2;
  let j: usize = 0;
  for (; j + 16 <= end; j += 16) v128.store(y + j, f32x4.pmax(f32x4.splat(0), v128.load(x + j)));
  for (; j < end; j += 4) {
    const v = load<f32>(x + j);
    store<f32>(y + j, v > 0 ? v : 0);
  }
}

/** y = a + b. */
export function add(a: usize, b: usize, n: i32, y: usize): void {
  const end = (<usize>n) << 2;
  let j: usize = 0;
  for (; j + 16 <= end; j += 16) v128.store(y + j, f32x4.add(v128.load(a + j), v128.load(b + j)));
  for (; j < end; j += 4) store<f32>(y + j, load<f32>(a + j) + load<f32>(b + j));
}

/** y [pixels, to] = x [pixels, c] with `before` channels of zeros in front and zeros behind. */
export function padChannels(x: usize, pixels: i32, c: i32, before: i32, to: i32, y: usize): void {
  memory.fill(y, 0, (<usize>(pixels * to)) << 2);
  for (let p = 0; p < pixels; p++) memory.copy(y + ((<usize>(p * to + before)) << 2), x + ((<usize>(p * c)) << 2), (<usize>c) << 2);
}

/** y = the maximum over the part of the window inside the image. */
export function maxPool(
  x: usize,
  h: i32,
  w: i32,
  c: i32,
  kh: i32,
  kw: i32,
  oh: i32,
  ow: i32,
  sh: i32,
  sw: i32,
  top: i32,
  left: i32,
  y: usize,
): void {
  const bytes = (<usize>c) << 2,
    vectors = bytes & ~15;
  for (let r = 0; r < oh; r++) {
    const r0 = max(0, r * sh - top),
      r1 = min(h, r * sh - top + kh);
    for (let q = 0; q < ow; q++) {
      const q0 = max(0, q * sw - left),
        q1 = min(w, q * sw - left + kw);
      let k: usize = 0;
      for (; k < vectors; k += 16) {
        let best = f32x4.splat(-Infinity);
        for (let u = r0; u < r1; u++) {
          for (let v = q0; v < q1; v++) best = f32x4.pmax(best, v128.load(x + <usize>(u * w + v) * bytes + k));
        }
        v128.store(y + k, best);
      }
      for (; k < bytes; k += 4) {
        let best: f32 = -Infinity;
        for (let u = r0; u < r1; u++) {
          for (let v = q0; v < q1; v++) {
            const value = load<f32>(x + <usize>(u * w + v) * bytes + k);
            if (value > best) best = value;
          }
        }
        store<f32>(y + k, best);
      }
      y += bytes;
    }
  }
}

/**
 * y = the sum over the part of the window inside the image, row by row from 0, divided by the size of the whole window or,
 * with `inside`, by the number of its pixels inside.
 */
export function averagePool(
  x: usize,
  h: i32,
  w: i32,
  c: i32,
  kh: i32,
  kw: i32,
  oh: i32,
  ow: i32,
  sh: i32,
  sw: i32,
  top: i32,
  left: i32,
  inside: bool,
  y: usize,
): void {
  const bytes = (<usize>c) << 2,
    vectors = bytes & ~15;
  for (let r = 0; r < oh; r++) {
    const r0 = max(0, r * sh - top),
      r1 = min(h, r * sh - top + kh);
    for (let q = 0; q < ow; q++) {
      const q0 = max(0, q * sw - left),
        q1 = min(w, q * sw - left + kw);
      const divisor = <f32>(inside ? (r1 - r0) * (q1 - q0) : kh * kw);
      let k: usize = 0;
      for (; k < vectors; k += 16) {
        let sum = f32x4.splat(0);
        for (let u = r0; u < r1; u++) {
          for (let v = q0; v < q1; v++) sum = f32x4.add(sum, v128.load(x + <usize>(u * w + v) * bytes + k));
        }
        v128.store(y + k, f32x4.div(sum, f32x4.splat(divisor)));
      }
      for (; k < bytes; k += 4) {
        let sum: f32 = 0;
        for (let u = r0; u < r1; u++) {
          for (let v = q0; v < q1; v++) sum += load<f32>(x + <usize>(u * w + v) * bytes + k);
        }
        store<f32>(y + k, sum / divisor);
      }
      y += bytes;
    }
  }
}

/**
 * y [c] = the mean of x [pixels, c] over the pixels: runs of 32 pixels are added in float32 (in float64 for the last channels that do not
 * fill four), and the runs in float64; the sum is divided in float64 and rounded once.
 */
export function mean(x: usize, pixels: i32, c: i32, y: usize): void {
  for (let k = 0; k < c; k++) {
    const at = x + ((<usize>k) << 2),
      narrow = k < (c & ~3);
    let total: f64 = 0;
    for (let first = 0; first < pixels; first += 32) {
      const last = min(pixels, first + 32);
      if (narrow) {
        let sum: f32 = 0;
        for (let p = first; p < last; p++) sum += load<f32>(at + ((<usize>(p * c)) << 2));
        total += <f64>sum;
      } else {
        let sum: f64 = 0;
        for (let p = first; p < last; p++) sum += <f64>load<f32>(at + ((<usize>(p * c)) << 2));
        total += sum;
      }
    }
    store<f32>(y + ((<usize>k) << 2), <f32>(total / <f64>pixels));
  }
}
