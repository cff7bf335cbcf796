import type { KnownSurrogate } from "@benn/core";

/**
 * Slope of the piecewise quadratic curve nearest to the sign: max(0, 2 − 2|x|).
 * @see Z. Liu et al., "Bi-Real Net", ECCV 2018, section 3.2
 */
export const triangle: KnownSurrogate = { kind: "polynomial", coefficients: [2, -2] };
