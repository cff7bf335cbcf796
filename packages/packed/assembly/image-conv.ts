// The first convolution on an image of bytes, whose outputs are compared with thresholds and become bits. The kernel, with the
// normalization folded in, is rounded to 15 bits and a sign, so that the sums are exact integers. The maximum distance of such a sum from
// the float32 sum is known for each filter: outside that band the comparison is certain; within it, in a few of a thousand cases, the
// float32 sum itself is computed. The bits are therefore those of `realConv`, at twice its speed.
import { realConvAt } from "./real-conv.ts";

/** floats [pixels, c] = table[channel][byte]. */
export function lookUp(bytes: usize, pixels: i32, c: i32, table: usize, floats: usize): void {
  for (let p = 0; p < pixels; p++) {
    let t = table;
    for (let k = 0; k < c; k++) {
      store<f32>(floats, load<f32>(t + ((<usize>load<u8>(bytes)) << 2)));
      bytes++;
      floats += 4;
      t += 1024;
    }
  }
}

/** The image as int16 byte − 128 inside a frame of zeros: [rows, columns, c] with the image's corner at (top, left). */
export function frameImage(bytes: usize, h: i32, w: i32, c: i32, top: i32, left: i32, rows: i32, columns: i32, framed: usize): void {
  memory.fill(framed, 0, (<usize>(rows * columns * c)) << 1);
  for (let r = 0; r < min(h, rows - top); r++) {
    let to = framed + ((<usize>(((r + top) * columns + left) * c)) << 1),
      from = bytes + <usize>(r * w * c);
    for (let k = min(w, columns - left) * c; k > 0; k--) {
      store<i16>(to, <i16>(<i32>load<u8>(from) - 128));
      from++;
      to += 2;
    }
  }
}

// @inline
function maskOf(a: v128, b: v128, c: v128, d: v128): i32 {
  return i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d)));
}

// @inline
function above(limits: usize, a: v128, b: v128, c: v128, d: v128): i32 {
  return maskOf(
    i32x4.gt_s(a, v128.load(limits)),
    i32x4.gt_s(b, v128.load(limits, 16)),
    i32x4.gt_s(c, v128.load(limits, 32)),
    i32x4.gt_s(d, v128.load(limits, 48)),
  );
}

// @inline
function dot(sum: v128, a: v128, b: v128): v128 {
  return i32x4.add(sum, i32x4.dot_i16x8_s(a, b));
}

/**
 * y [oh, ow, words of f] = the bits `float32 sum ≥ threshold`, each XOR `flips` [words of f].
 * @param framed the image, from `frameImage`
 * @param integers [⌈f / 16⌉][⌈taps·c / 2⌉][16 filters][2] int16, the rounded kernel
 * @param bands for each class of pixels [⌈f / 16⌉][16 + 16] i32: up to the first the bit is certainly 0, above the second certainly 1
 * @param classes u32 byte offsets into the bands, for each output row and then for each output column
 * @param floats the image in float32; kernel and block as in `realConv`; thresholds [f]
 * @param patch scratch: 2·(pairs·4 + kw·c·2 + 16) + pairs·8 bytes, where pairs = ⌈taps·c / 2⌉
 * @returns how many float32 sums were computed
 */
export function imageConvBits(
  framed: usize,
  columns: i32,
  h: i32,
  w: i32,
  c: i32,
  integers: usize,
  kh: i32,
  kw: i32,
  f: i32,
  oh: i32,
  ow: i32,
  sh: i32,
  sw: i32,
  top: i32,
  left: i32,
  bands: usize,
  classes: usize,
  floats: usize,
  kernel: usize,
  block: i32,
  thresholds: usize,
  flips: usize,
  y: usize,
  patch: usize,
): i32 {
  const rowBytes = (<usize>(kw * c)) << 1,
    pairs = (kh * kw * c + 1) >> 1,
    patchBytes = ((<usize>pairs) << 2) + rowBytes + 16;
  const outBytes = (<usize>((f + 63) >> 6)) << 3,
    pixels = oh * ow,
    mixed = patch + 2 * patchBytes;
  let unsure = 0;
  memory.fill(y, 0, <usize>pixels * outBytes);
  for (let p = 0; p < pixels; p += 2) {
    // Two patches, interleaved by pairs, so that the sums below read one stream.
    const next = min(p + 1, pixels - 1),
      r0 = p / ow,
      q0 = p % ow,
      r1 = next / ow,
      q1 = next % ow;
    for (let i = 0; i < 2; i++) {
      let from = framed + ((<usize>(((i ? r1 : r0) * sh * columns + (i ? q1 : q0) * sw) * c)) << 1),
        to = patch + <usize>i * patchBytes;
      for (let u = 0; u < kh; u++) {
        // Whole vectors; the excess is overwritten by the next row, multiplied by 0, or never read.
        for (let k: usize = 0; k < rowBytes; k += 16) v128.store(to + k, v128.load(from + k));
        from += (<usize>(columns * c)) << 1;
        to += rowBytes;
      }
      let one = patch + <usize>i * patchBytes,
        both = mixed + ((<usize>i) << 2);
      for (let k = pairs; k > 0; k--) {
        store<u32>(both, load<u32>(one));
        one += 4;
        both += 8;
      }
    }
    let limits0 = bands + load<u32>(classes + ((<usize>r0) << 2)) + load<u32>(classes + ((<usize>(oh + q0)) << 2));
    let limits1 = bands + load<u32>(classes + ((<usize>r1) << 2)) + load<u32>(classes + ((<usize>(oh + q1)) << 2));
    let b = integers,
      to0 = y + <usize>p * outBytes,
      to1 = y + <usize>next * outBytes,
      flip = flips;
    for (let f0 = 0; f0 < f; f0 += 16) {
      let a = mixed;
      const zero = i32x4.splat(0);
      let s00 = zero,
        s01 = zero,
        s02 = zero,
        s03 = zero,
        s10 = zero,
        s11 = zero,
        s12 = zero,
        s13 = zero;
      for (const end = b + ((<usize>pairs) << 6); b < end; b += 64) {
        const one = v128.load_splat<u32>(a),
          two = v128.load_splat<u32>(a, 4);
        let k = v128.load(b);
        s00 = dot(s00, one, k);
        s10 = dot(s10, two, k);
        k = v128.load(b, 16);
        s01 = dot(s01, one, k);
        s11 = dot(s11, two, k);
        k = v128.load(b, 32);
        s02 = dot(s02, one, k);
        s12 = dot(s12, two, k);
        k = v128.load(b, 48);
        s03 = dot(s03, one, k);
        s13 = dot(s13, two, k);
        a += 8;
      }
      let bits = above(limits0 + 64, s00, s01, s02, s03),
        open = above(limits0, s00, s01, s02, s03) & ~bits;
      while (open) {
        const filter = f0 + ctz(open),
          sum = realConvAt(floats, h, w, c, kernel, kh, kw, filter, r0 * sh - top, q0 * sw - left, block);
        if (sum >= load<f32>(thresholds + ((<usize>filter) << 2))) bits |= open & -open;
        open &= open - 1;
        unsure++;
      }
      store<u16>(to0, <u16>bits ^ load<u16>(flip));
      bits = above(limits1 + 64, s10, s11, s12, s13);
      open = above(limits1, s10, s11, s12, s13) & ~bits;
      while (open) {
        const filter = f0 + ctz(open),
          sum = realConvAt(floats, h, w, c, kernel, kh, kw, filter, r1 * sh - top, q1 * sw - left, block);
        if (sum >= load<f32>(thresholds + ((<usize>filter) << 2))) bits |= open & -open;
        open &= open - 1;
        unsure++;
      }
      store<u16>(to1, <u16>bits ^ load<u16>(flip));
      limits0 += 128;
      limits1 += 128;
      to0 += 2;
      to1 += 2;
      flip += 2;
    }
  }
  return unsure;
}
