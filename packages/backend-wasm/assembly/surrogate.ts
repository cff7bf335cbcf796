// What surrogates pass on of a sign's gradient a, b being what the sign is of. Nothing is fused here, so that plain and relaxed SIMD, and a
// backend that computes step by step, come to the same bits of a polynomial.
import { splatAt } from "./simd.ts";

/** y = a · (c0 + |b|·(c1 + |b|·c2)) where |b| < clip, else 0; the four floats stand at `parameters`. */
export function passPolynomial(y: usize, a: usize, b: usize, bytes: usize, parameters: usize): void {
  const c0 = splatAt(parameters),
    c1 = splatAt(parameters + 4),
    c2 = splatAt(parameters + 8),
    clip = splatAt(parameters + 12);
  for (let i: usize = 0; i < bytes; i += 16) {
    const x = f32x4.abs(v128.load(b + i)),
      slope = f32x4.add(c0, f32x4.mul(x, f32x4.add(c1, f32x4.mul(x, c2))));
    v128.store(y + i, v128.and(f32x4.mul(v128.load(a + i), slope), f32x4.lt(x, clip)));
  }
}

/** exp(−z) of z ≥ 0, to two units in the last place; exp(−87) beyond 87. */
// @inline
function expOfMinus(z: v128): v128 {
  const x = f32x4.min(z, f32x4.splat(87)),
    n = f32x4.nearest(f32x4.mul(x, f32x4.splat(<f32>Math.LOG2E)));
  // ln 2 in two parts, the first of so few bits that its products are exact.
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375))), f32x4.mul(n, f32x4.splat(-2.1219444e-4)));
  let p = f32x4.splat(1.0 / 720);
  p = f32x4.sub(f32x4.mul(p, r), f32x4.splat(1.0 / 120));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 24));
  p = f32x4.sub(f32x4.mul(p, r), f32x4.splat(1.0 / 6));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.5));
  p = f32x4.sub(f32x4.mul(p, r), f32x4.splat(1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  // Times 2⁻ⁿ, whose exponent is the only thing its bits hold.
  return f32x4.mul(p, i32x4.shl(i32x4.sub(i32x4.splat(127), i32x4.trunc_sat_f32x4_s(n)), 23));
}

/** y = a · factor · e / (1 + e)², e = exp(−rate·|b|); rate and factor stand at `parameters`. */
export function passTanh(y: usize, a: usize, b: usize, bytes: usize, parameters: usize): void {
  const rate = splatAt(parameters),
    factor = splatAt(parameters + 4);
  for (let i: usize = 0; i < bytes; i += 16) {
    const e = expOfMinus(f32x4.mul(f32x4.abs(v128.load(b + i)), rate)),
      d = f32x4.add(e, f32x4.splat(1)),
      slope = f32x4.div(f32x4.mul(e, factor), f32x4.mul(d, d));
    v128.store(y + i, f32x4.mul(v128.load(a + i), slope));
  }
}
