// Bits from floats, and pools of bits.

/** y [pixels, words of c] = the bits x ≥ threshold, each XOR `flips` [words of c]. The bit of a NaN threshold is never set. */
export function thresholdBits(x: usize, pixels: i32, c: i32, thresholds: usize, flips: usize, y: usize): void {
  for (let p = 0; p < pixels; p++) {
    let flip = flips,
      t = thresholds;
    for (let c0 = 0; c0 < c; c0 += 64) {
      const count = min(64, c - c0);
      let word: u64 = 0,
        i = 0;
      for (; i + 4 <= count; i += 4) {
        word |= (<u64>i32x4.bitmask(f32x4.ge(v128.load(x), v128.load(t)))) << i;
        x += 16;
        t += 16;
      }
      for (; i < count; i++) {
        word |= (<u64>(load<f32>(x) >= load<f32>(t) ? 1 : 0)) << i;
        x += 4;
        t += 4;
      }
      store<u64>(y, word ^ load<u64>(flip));
      y += 8;
      flip += 8;
    }
  }
}

/** y [oh, ow, words] = the OR over the window, XOR `flips` [words]: the bits of a maximum. Outside the image no bits are set. */
export function orPool(
  x: usize,
  h: i32,
  w: i32,
  words: i32,
  kh: i32,
  kw: i32,
  oh: i32,
  ow: i32,
  sh: i32,
  sw: i32,
  top: i32,
  left: i32,
  flips: usize,
  y: usize,
): void {
  const bytes = (<usize>words) << 3;
  for (let r = 0; r < oh; r++) {
    const r0 = max(0, r * sh - top),
      r1 = min(h, r * sh - top + kh);
    for (let q = 0; q < ow; q++) {
      const q0 = max(0, q * sw - left),
        q1 = min(w, q * sw - left + kw);
      for (let k: usize = 0; k < bytes; k += 8) {
        let word: u64 = 0;
        for (let u = r0; u < r1; u++) {
          let p = x + <usize>(u * w + q0) * bytes + k;
          for (let v = q0; v < q1; v++) {
            word |= load<u64>(p);
            p += bytes;
          }
        }
        store<u64>(y + k, word ^ load<u64>(flips + k));
      }
      y += bytes;
    }
  }
}
