// Values of k bits as bit planes: [planes][pixels][words of c], the lowest bit first. Bits beyond the last channel are 0.

/** Number of pixels that are compared with a channel's thresholds while those are in the near cache. */
const TILE = 16;

/**
 * y = the number of the channel's thresholds that are at most x, x [pixels, c]; all planes XOR `flips` [words of c].
 * @param thresholds [⌈c / 4⌉][2^planes − 1][4], NaN beyond the last channel
 */
export function quantize(x: usize, pixels: i32, c: i32, planes: i32, thresholds: usize, flips: usize, y: usize, planeBytes: usize): void {
  const levelBytes = (<usize>((1 << planes) - 1)) << 4,
    xBytes = (<usize>c) << 2,
    yBytes = (<usize>((c + 63) >> 6)) << 3;
  for (let p = 0; p < pixels; p += TILE) {
    const tile = min(TILE, pixels - p);
    let t = thresholds;
    for (let c0 = 0; c0 < c; c0 += 4) {
      let from = x + ((<usize>c0) << 2),
        to = y + ((<usize>(c0 >> 6)) << 3);
      for (let i = 0; i < tile; i++) {
        const v = v128.load(from);
        let codes = i32x4.splat(0);
        for (let at = t, past = t + levelBytes; at < past; at += 16) codes = i32x4.sub(codes, f32x4.ge(v, v128.load(at)));
        for (let b = 0, at = to; b < planes; b++, at += planeBytes) {
          const word = c0 & 63 ? load<u64>(at) : load<u64>(flips + (<usize>c0 >> 3));
          store<u64>(at, word ^ ((<u64>i32x4.bitmask(i32x4.shl(codes, 31 - b))) << (c0 & 63)));
        }
        from += xBytes;
        to += yBytes;
      }
      t += levelBytes;
    }
    x += xBytes * TILE;
    y += yBytes * TILE;
  }
}

/** y [pixels, c] = the values as floats. */
export function unpack(x: usize, pixels: i32, c: i32, planes: i32, planeBytes: usize, y: usize): void {
  for (let p = 0; p < pixels; p++) {
    for (let c0 = 0; c0 < c; c0 += 64) {
      for (let i = 0, count = min(64, c - c0); i < count; i++) {
        let code = 0;
        for (let b = 0, at = x; b < planes; b++, at += planeBytes) code |= (<i32>((load<u64>(at) >> i) & 1)) << b;
        store<f32>(y, <f32>code);
        y += 4;
      }
      x += 8;
    }
  }
}

/** y [planes][oh, ow, words] = the largest value in the window, all planes XOR `flips` [words]. Outside the image values are 0. */
export function maxPlanes(
  x: usize,
  h: i32,
  w: i32,
  words: i32,
  planes: i32,
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
  const bytes = (<usize>words) << 3,
    from = <usize>(h * w) * bytes,
    to = <usize>(oh * ow) * bytes,
    last = <usize>(planes - 1);
  for (let r = 0; r < oh; r++) {
    const r0 = max(0, r * sh - top),
      r1 = min(h, r * sh - top + kh);
    for (let q = 0; q < ow; q++) {
      const q0 = max(0, q * sw - left),
        q1 = min(w, q * sw - left + kw);
      for (let k: usize = 0; k < bytes; k += 8) {
        const best = y + k;
        for (let b: usize = 0; b <= last; b++) store<u64>(best + b * to, 0);
        for (let u = r0; u < r1; u++) {
          for (let v = q0; v < q1; v++) {
            const own = x + <usize>(u * w + v) * bytes + k;
            let more: u64 = 0,
              equal: u64 = ~0;
            for (let b = planes - 1; b >= 0; b--) {
              const a = load<u64>(own + <usize>b * from),
                m = load<u64>(best + <usize>b * to);
              more |= equal & a & ~m;
              equal &= ~(a ^ m);
            }
            for (let b: usize = 0; b <= last; b++) {
              const at = best + b * to,
                m = load<u64>(at);
              store<u64>(at, m ^ ((m ^ load<u64>(own + b * from)) & more));
            }
          }
        }
        const flip = load<u64>(flips + k);
        for (let b: usize = 0; b <= last; b++) store<u64>(best + b * to, load<u64>(best + b * to) ^ flip);
      }
      y += bytes;
    }
  }
}

/** y [pixels, f] = x [pixels]; writes up to 12 bytes beyond. */
export function spread(x: usize, pixels: i32, f: i32, y: usize): void {
  for (let p = 0; p < pixels; p++) {
    const v = v128.load32_splat(x + ((<usize>p) << 2));
    for (let k = 0; k < f; k += 4) v128.store(y + ((<usize>k) << 2), v);
    y += (<usize>f) << 2;
  }
}
