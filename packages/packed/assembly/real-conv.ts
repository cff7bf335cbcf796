// Convolution in float32. The sum of an output value starts at 0 and runs through the taps of the kernel row by row and through the
// channels of each tap; a product is rounded, then its addition. Taps come in blocks of max(1, ⌊384 / channels⌋) (a dense layer's inputs in
// blocks of 256); each block is summed from 0 separately, and the sums of the blocks are added. The training engine without fused
// multiply-add uses the same order.

/** Patches of the output pixels p … p + 3 interleaved, [taps·c][4]; outside the image, and beyond the last pixel, 0. */
function gather(
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
  p: i32,
  into: usize,
): void {
  for (let i = 0; i < 4; i++) {
    let to = into + ((<usize>i) << 2);
    const r0 = p + i < oh * ow ? ((p + i) / ow) * sh - top : i32.MIN_VALUE / 2,
      q0 = ((p + i) % ow) * sw - left;
    for (let u = r0; u < r0 + kh; u++) {
      for (let v = q0; v < q0 + kw; v++) {
        if (<u32>u < <u32>h && <u32>v < <u32>w) {
          let from = x + ((<usize>((u * w + v) * c)) << 2);
          for (let k = 0; k < c; k++) {
            store<f32>(to, load<f32>(from));
            from += 4;
            to += 16;
          }
        } else {
          for (let k = 0; k < c; k++) {
            store<f32>(to, 0);
            to += 16;
          }
        }
      }
    }
  }
}

// @inline
function mulAdd(a: v128, b: v128, sum: v128): v128 {
  return f32x4.add(sum, f32x4.mul(a, b));
}

// @inline
function finish(sum: v128, bias: usize, relu: bool): v128 {
  if (bias) sum = f32x4.add(sum, v128.load(bias));
  return relu ? f32x4.pmax(f32x4.splat(0), sum) : sum;
}

// @inline
function put(y: usize, low: v128, high: v128, bias: usize, relu: bool, many: i32, spill: usize): void {
  low = finish(low, bias, relu);
  high = finish(high, bias ? bias + 16 : 0, relu);
  if (many >= 8) {
    v128.store(y, low);
    v128.store(y, high, 16);
  } else {
    v128.store(spill, low);
    v128.store(spill, high, 16);
    memory.copy(y, spill, (<usize>many) << 2);
  }
}

/**
 * y [oh, ow, f] = the sums, then + bias [padded f] (unless 0), then max(0, ·) if relu.
 * @param kernel [⌈f / 8⌉][taps·c][8], zeros for missing filters
 * @param block number of values of a patch per block
 * @param patch scratch for four patches and 32 bytes
 */
export function realConv(
  x: usize,
  h: i32,
  w: i32,
  c: i32,
  kernel: usize,
  kh: i32,
  kw: i32,
  f: i32,
  oh: i32,
  ow: i32,
  sh: i32,
  sw: i32,
  top: i32,
  left: i32,
  block: i32,
  bias: usize,
  relu: bool,
  y: usize,
  patch: usize,
): void {
  const length = kh * kw * c,
    pixels = oh * ow,
    spill = patch + ((<usize>length) << 4),
    outBytes = (<usize>f) << 2;
  for (let p = 0; p < pixels; p += 4) {
    gather(x, h, w, c, kh, kw, oh, ow, sh, sw, top, left, p, patch);
    let b = kernel;
    for (let f0 = 0; f0 < f; f0 += 8) {
      let a = patch;
      const zero = f32x4.splat(0);
      let t00 = zero,
        t01 = zero,
        t10 = zero,
        t11 = zero,
        t20 = zero,
        t21 = zero,
        t30 = zero,
        t31 = zero;
      for (let k0 = 0; k0 < length; k0 += block) {
        let s00 = zero,
          s01 = zero,
          s10 = zero,
          s11 = zero,
          s20 = zero,
          s21 = zero,
          s30 = zero,
          s31 = zero;
        for (let k = min(block, length - k0); k > 0; k--) {
          const low = v128.load(b),
            high = v128.load(b, 16);
          let v = v128.load_splat<f32>(a);
          s00 = mulAdd(v, low, s00);
          s01 = mulAdd(v, high, s01);
          v = v128.load_splat<f32>(a, 4);
          s10 = mulAdd(v, low, s10);
          s11 = mulAdd(v, high, s11);
          v = v128.load_splat<f32>(a, 8);
          s20 = mulAdd(v, low, s20);
          s21 = mulAdd(v, high, s21);
          v = v128.load_splat<f32>(a, 12);
          s30 = mulAdd(v, low, s30);
          s31 = mulAdd(v, high, s31);
          a += 16;
          b += 32;
        }
        t00 = f32x4.add(t00, s00);
        t01 = f32x4.add(t01, s01);
        t10 = f32x4.add(t10, s10);
        t11 = f32x4.add(t11, s11);
        t20 = f32x4.add(t20, s20);
        t21 = f32x4.add(t21, s21);
        t30 = f32x4.add(t30, s30);
        t31 = f32x4.add(t31, s31);
      }
      const at = y + <usize>p * outBytes + ((<usize>f0) << 2),
        own = bias ? bias + ((<usize>f0) << 2) : 0,
        many = f - f0;
      put(at, t00, t01, own, relu, many, spill);
      if (p + 1 < pixels) put(at + outBytes, t10, t11, own, relu, many, spill);
      if (p + 2 < pixels) put(at + 2 * outBytes, t20, t21, own, relu, many, spill);
      if (p + 3 < pixels) put(at + 3 * outBytes, t30, t31, own, relu, many, spill);
    }
  }
}

/** One value of `realConv`, before its bias: of the patch whose first tap is at (row, column), for filter f. */
export function realConvAt(
  x: usize,
  h: i32,
  w: i32,
  c: i32,
  kernel: usize,
  kh: i32,
  kw: i32,
  f: i32,
  row: i32,
  column: i32,
  block: i32,
): f32 {
  let b = kernel + ((<usize>((f >> 3) * kh * kw * c)) << 5) + ((<usize>(f & 7)) << 2);
  let total: f32 = 0,
    sum: f32 = 0,
    left = block;
  for (let u = row; u < row + kh; u++) {
    for (let v = column; v < column + kw; v++) {
      const inside = <u32>u < <u32>h && <u32>v < <u32>w;
      let from = x + ((<usize>((u * w + v) * c)) << 2);
      for (let k = 0; k < c; k++) {
        if (inside) sum += load<f32>(from) * load<f32>(b);
        from += 4;
        b += 32;
        if (--left == 0) {
          total += sum;
          sum = 0;
          left = block;
        }
      }
    }
  }
  return total + sum;
}
