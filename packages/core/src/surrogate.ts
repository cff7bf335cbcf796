/**
 * What stands for the derivative of a sign in the backward pass, where the true one is 0 almost everywhere: with the gradient g of sign(x),
 * that of x is g · slope(x).
 */
export type Surrogate = HardTanh | Polynomial | Tanh | Own;

/** Straight-through: slope 1 where |x| < clip, else 0. */
export interface HardTanh {
  readonly kind: "hard-tanh";
  /** Above 0. Default 1. */
  readonly clip?: number;
}

/** Slope c₀ + c₁·|x| + c₂·x² where |x| < clip, else 0: the derivative of a piecewise polynomial of at most degree 3. */
export interface Polynomial {
  readonly kind: "polynomial";
  /** c₀, c₁ and c₂; those left out are 0. */
  readonly coefficients: readonly [number] | readonly [number, number] | readonly [number, number, number];
  /** Above 0. Default 1. */
  readonly clip?: number;
}

/** Slope scale · steepness · (1 − tanh²(steepness · x)): the derivative of scale · tanh(steepness · x). */
export interface Tanh {
  readonly kind: "tanh";
  /** Above 0: the larger, the nearer to a step. */
  readonly steepness: number;
  /** Above 0. Default 1. */
  readonly scale?: number;
}

/** None of these: the gradient is that of the binarizer's `activations`, and only the values are known to be sign(x). */
export interface Own {
  readonly kind: "own";
}

/** A surrogate that is a formula. */
export type KnownSurrogate = Exclude<Surrogate, Own>;

/** The slope at x, in float64. */
export function slopeAt(surrogate: KnownSurrogate, x: number): number {
  if (surrogate.kind === "tanh") {
    const { steepness, scale = 1 } = surrogate;
    return scale * steepness * (1 - Math.tanh(steepness * x) ** 2);
  }
  const { clip = 1 } = surrogate;
  if (!(Math.abs(x) < clip)) return 0;
  if (surrogate.kind === "hard-tanh") return 1;
  const [c0, c1 = 0, c2 = 0] = surrogate.coefficients;
  return c0 + c1 * Math.abs(x) + c2 * x * x;
}
