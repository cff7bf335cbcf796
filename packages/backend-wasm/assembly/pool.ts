// Maximum and average over windows; x is [batch, h, w, c], y is [batch, oh, ow, c]. Padding never counts.
import {
  CHANNELS,
  HEIGHT,
  KERNEL_HEIGHT,
  KERNEL_WIDTH,
  LEFT,
  OUT_HEIGHT,
  OUT_WIDTH,
  STRIDE_HEIGHT,
  STRIDE_WIDTH,
  TOP,
  WIDTH,
} from "../src/constants/geometry.ts";

// @inline
function combine(maximum: bool, a: v128, b: v128): v128 {
  return maximum ? f32x4.pmax(a, b) : f32x4.add(a, b); // NaN is never a maximum
}

// @inline
function finish(maximum: bool, value: v128, divisor: v128): v128 {
  return maximum ? value : f32x4.div(value, divisor);
}

/**
 * The maximum of a window, or its sum divided by `divisor`, for the `bytes` of its channels; row by row, and column by column within a row.
 */
// @inline
function reduceWindow(maximum: bool, x: usize, rowBytes: usize, bytes: usize, rows: i32, columns: i32, divisor: f32, y: usize): void {
  const start = f32x4.splat(maximum ? -Infinity : 0),
    divisors = f32x4.splat(divisor),
    across = <usize>columns * bytes,
    end = x + <usize>rows * rowBytes;
  let k: usize = 0;
  // A cache line at a time.
  for (; k + 64 <= bytes; k += 64) {
    let a = start,
      b = start,
      c = start,
      d = start;
    for (let row = x + k, last = end + k; row < last; row += rowBytes) {
      for (let p = row, stop = row + across; p < stop; p += bytes) {
        a = combine(maximum, a, v128.load(p));
        b = combine(maximum, b, v128.load(p, 16));
        c = combine(maximum, c, v128.load(p, 32));
        d = combine(maximum, d, v128.load(p, 48));
      }
    }
    v128.store(y + k, finish(maximum, a, divisors));
    v128.store(y + k, finish(maximum, b, divisors), 16);
    v128.store(y + k, finish(maximum, c, divisors), 32);
    v128.store(y + k, finish(maximum, d, divisors), 48);
  }
  for (; k < bytes; k += 16) {
    let a = start;
    for (let row = x + k, last = end + k; row < last; row += rowBytes) {
      for (let p = row, stop = row + across; p < stop; p += bytes) a = combine(maximum, a, v128.load(p));
    }
    a = finish(maximum, a, divisors);
    if (k + 16 <= bytes) v128.store(y + k, a);
    else {
      v128.store_lane<f32>(y + k, a, 0);
      if (k + 4 < bytes) v128.store_lane<f32>(y + k, a, 1, 4);
      if (k + 8 < bytes) v128.store_lane<f32>(y + k, a, 2, 8);
    }
  }
}

// @inline
function pool(maximum: bool, from: i32, to: i32, geometry: usize, x: usize, y: usize, divisor: f32): void {
  const h = load<i32>(geometry, HEIGHT),
    w = load<i32>(geometry, WIDTH),
    c = load<i32>(geometry, CHANNELS),
    oh = load<i32>(geometry, OUT_HEIGHT),
    ow = load<i32>(geometry, OUT_WIDTH),
    kh = load<i32>(geometry, KERNEL_HEIGHT),
    kw = load<i32>(geometry, KERNEL_WIDTH),
    sh = load<i32>(geometry, STRIDE_HEIGHT),
    sw = load<i32>(geometry, STRIDE_WIDTH),
    top = load<i32>(geometry, TOP),
    left = load<i32>(geometry, LEFT);
  const bytes = (<usize>c) << 2,
    rowBytes = <usize>w * bytes;
  for (let b = from; b < to; b++) {
    const image = x + <usize>(b * h) * rowBytes;
    let out = y + <usize>(b * oh * ow) * bytes;
    for (let r = 0; r < oh; r++) {
      const r0 = max(0, r * sh - top),
        rows = max(0, min(h, r * sh - top + kh) - r0);
      for (let q = 0; q < ow; q++) {
        const q0 = max(0, q * sw - left),
          columns = max(0, min(w, q * sw - left + kw) - q0);
        const by = divisor ? divisor : <f32>(rows * columns);
        reduceWindow(maximum, image + <usize>r0 * rowBytes + <usize>q0 * bytes, rowBytes, bytes, rows, columns, by, out);
        out += bytes;
      }
    }
  }
}

/** y for the images `from` ≤ b < `to`. */
// @callable
export function maxPool(from: i32, to: i32, scratch: usize, geometry: usize, x: usize, y: usize): void {
  pool(true, from, to, geometry, x, y, 1);
}

/** y = the sum over the part of the window inside the image, divided by `divisor`, or by the number of values inside if that is 0. */
// @callable
export function avgPool(from: i32, to: i32, scratch: usize, geometry: usize, x: usize, y: usize, divisor: f32): void {
  pool(false, from, to, geometry, x, y, divisor);
}

/** dx: each dy goes to the first element, in rows then columns, that equals its window's maximum y. */
// @callable
export function maxPoolGrad(from: i32, to: i32, scratch: usize, geometry: usize, x: usize, y: usize, dy: usize, dx: usize): void {
  const h = load<i32>(geometry, HEIGHT),
    w = load<i32>(geometry, WIDTH),
    c = load<i32>(geometry, CHANNELS),
    oh = load<i32>(geometry, OUT_HEIGHT),
    ow = load<i32>(geometry, OUT_WIDTH),
    kh = load<i32>(geometry, KERNEL_HEIGHT),
    kw = load<i32>(geometry, KERNEL_WIDTH),
    sh = load<i32>(geometry, STRIDE_HEIGHT),
    sw = load<i32>(geometry, STRIDE_WIDTH),
    top = load<i32>(geometry, TOP),
    left = load<i32>(geometry, LEFT);
  const bytes = (<usize>c) << 2,
    vectors = bytes & ~15;
  for (let b = from; b < to; b++) {
    const image = <usize>(b * h * w) * bytes;
    memory.fill(dx + image, 0, <usize>(h * w) * bytes);
    let out = <usize>(b * oh * ow) * bytes;
    for (let r = 0; r < oh; r++) {
      const r0 = max(0, r * sh - top),
        r1 = min(h, r * sh - top + kh);
      for (let q = 0; q < ow; q++) {
        const q0 = max(0, q * sw - left),
          q1 = min(w, q * sw - left + kw);
        let k: usize = 0;
        for (; k < vectors; k += 16) {
          const best = v128.load(y + out + k),
            gradient = v128.load(dy + out + k);
          let open = i32x4.splat(-1);
          for (let u = r0; u < r1; u++) {
            let p = image + <usize>(u * w + q0) * bytes + k;
            for (let v = q0; v < q1; v++) {
              const hit = v128.and(open, f32x4.eq(v128.load(x + p), best));
              v128.store(dx + p, f32x4.add(v128.load(dx + p), v128.and(gradient, hit)));
              open = v128.andnot(open, hit);
              p += bytes;
            }
          }
        }
        for (; k < bytes; k += 4) {
          const best = load<f32>(y + out + k);
          let open = true;
          for (let u = r0; u < r1 && open; u++) {
            for (let v = q0; v < q1 && open; v++) {
              const p = image + <usize>(u * w + v) * bytes + k;
              if (load<f32>(x + p) != best) continue;
              store<f32>(dx + p, load<f32>(dx + p) + load<f32>(dy + out + k));
              open = false;
            }
          }
        }
        out += bytes;
      }
    }
  }
}

/** dx += dy/(kh·kw) over each window: like TensorFlow.js, regardless of padding. */
// @callable
export function avgPoolGrad(from: i32, to: i32, scratch: usize, geometry: usize, dy: usize, dx: usize): void {
  const h = load<i32>(geometry, HEIGHT),
    w = load<i32>(geometry, WIDTH),
    c = load<i32>(geometry, CHANNELS),
    oh = load<i32>(geometry, OUT_HEIGHT),
    ow = load<i32>(geometry, OUT_WIDTH),
    kh = load<i32>(geometry, KERNEL_HEIGHT),
    kw = load<i32>(geometry, KERNEL_WIDTH),
    sh = load<i32>(geometry, STRIDE_HEIGHT),
    sw = load<i32>(geometry, STRIDE_WIDTH),
    top = load<i32>(geometry, TOP),
    left = load<i32>(geometry, LEFT);
  const bytes = (<usize>c) << 2,
    vectors = bytes & ~15,
    share = <f32>1 / <f32>(kh * kw),
    shares = f32x4.splat(share);
  for (let b = from; b < to; b++) {
    const image = dx + <usize>(b * h * w) * bytes;
    memory.fill(image, 0, <usize>(h * w) * bytes);
    let out = dy + <usize>(b * oh * ow) * bytes;
    for (let r = 0; r < oh; r++) {
      const r0 = max(0, r * sh - top),
        r1 = min(h, r * sh - top + kh);
      for (let q = 0; q < ow; q++) {
        const q0 = max(0, q * sw - left),
          q1 = min(w, q * sw - left + kw);
        let k: usize = 0;
        for (; k < vectors; k += 16) {
          const gradient = f32x4.mul(v128.load(out + k), shares);
          for (let u = r0; u < r1; u++) {
            let p = image + <usize>(u * w + q0) * bytes + k;
            for (let v = q0; v < q1; v++) {
              v128.store(p, f32x4.add(v128.load(p), gradient));
              p += bytes;
            }
          }
        }
        for (; k < bytes; k += 4) {
          const gradient = load<f32>(out + k) * share;
          for (let u = r0; u < r1; u++) {
            for (let v = q0; v < q1; v++) {
              const p = image + <usize>(u * w + v) * bytes + k;
              store<f32>(p, load<f32>(p) + gradient);
            }
          }
        }
        out += bytes;
      }
    }
  }
}
