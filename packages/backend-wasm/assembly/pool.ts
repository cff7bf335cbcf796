// Maximum and average over windows; x is [batch, h, w, c], y is [batch, oh, ow, c]. Padding is never a candidate.

/** y for the images `from` ≤ b < `to`; NaN is never a maximum. */
export function maxPool(
  from: i32,
  to: i32,
  scratch: usize,
  x: usize,
  h: i32,
  w: i32,
  c: i32,
  y: usize,
  oh: i32,
  ow: i32,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  top: i32,
  left: i32,
): void {
  const bytes = (<usize>c) << 2,
    vectors = bytes & ~15;
  for (let b = from; b < to; b++) {
    const image = x + <usize>(b * h * w) * bytes;
    let out = y + <usize>(b * oh * ow) * bytes;
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
            let p = image + <usize>(u * w + q0) * bytes + k;
            for (let v = q0; v < q1; v++) {
              best = f32x4.pmax(best, v128.load(p));
              p += bytes;
            }
          }
          v128.store(out + k, best);
        }
        for (; k < bytes; k += 4) {
          let best: f32 = -Infinity;
          for (let u = r0; u < r1; u++) {
            for (let v = q0; v < q1; v++) {
              const value = load<f32>(image + <usize>(u * w + v) * bytes + k);
              if (value > best) best = value;
            }
          }
          store<f32>(out + k, best);
        }
        out += bytes;
      }
    }
  }
}

/** dx: each dy goes to the first element, in rows then columns, that equals its window's maximum y. */
export function maxPoolGrad(
  from: i32,
  to: i32,
  scratch: usize,
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
  h: i32,
  w: i32,
  c: i32,
  oh: i32,
  ow: i32,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  top: i32,
  left: i32,
): void {
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

/** y = the mean over the part of the window inside the image. */
export function avgPool(
  from: i32,
  to: i32,
  scratch: usize,
  x: usize,
  h: i32,
  w: i32,
  c: i32,
  y: usize,
  oh: i32,
  ow: i32,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  top: i32,
  left: i32,
): void {
  const bytes = (<usize>c) << 2,
    vectors = bytes & ~15;
  for (let b = from; b < to; b++) {
    const image = x + <usize>(b * h * w) * bytes;
    let out = y + <usize>(b * oh * ow) * bytes;
    for (let r = 0; r < oh; r++) {
      const r0 = max(0, r * sh - top),
        r1 = min(h, r * sh - top + kh);
      for (let q = 0; q < ow; q++) {
        const q0 = max(0, q * sw - left),
          q1 = min(w, q * sw - left + kw),
          count = <f32>((r1 - r0) * (q1 - q0));
        let k: usize = 0;
        for (; k < vectors; k += 16) {
          let sum = f32x4.splat(0);
          for (let u = r0; u < r1; u++) {
            let p = image + <usize>(u * w + q0) * bytes + k;
            for (let v = q0; v < q1; v++) {
              sum = f32x4.add(sum, v128.load(p));
              p += bytes;
            }
          }
          v128.store(out + k, f32x4.div(sum, f32x4.splat(count)));
        }
        for (; k < bytes; k += 4) {
          let sum: f32 = 0;
          for (let u = r0; u < r1; u++) for (let v = q0; v < q1; v++) sum += load<f32>(image + <usize>(u * w + v) * bytes + k);
          store<f32>(out + k, sum / count);
        }
        out += bytes;
      }
    }
  }
}

/** dx += dy/(kh·kw) over each window: as TensorFlow.js has it, without regard to padding. */
export function avgPoolGrad(
  from: i32,
  to: i32,
  scratch: usize,
  dy: usize,
  dx: usize,
  h: i32,
  w: i32,
  c: i32,
  oh: i32,
  ow: i32,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  top: i32,
  left: i32,
): void {
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
