// Numbers of operations, shared by both sides: TypeScript writes them into programs and arguments, AssemblyScript executes them. The file
// is therefore valid in both languages: constants only, and nothing depends on their values.

// Instructions of programs: see assembly/program.ts.
/** A tensor in memory. */
export const LOAD = 0;
/** (a − mean)·factor + offset. */
export const NORMALIZE = 1;
export const RELU = 2;
/** −1 below 0, else +1. */
export const SIGN = 3;
/** a if dropout keeps it, else 0. */
export const DROPOUT = 4;
/** a if b > 0, else 0. */
export const PASS_POSITIVE = 5;
/** a if −1 < b < 1, else 0. */
export const PASS_UNIT = 6;
/** a if b ≠ 0, else 0. */
export const PASS_NONZERO = 7;
/** Batch norm's gradient for dy = a and the input b. */
export const NORMALIZE_GRAD = 8;
/** 1 above 0, else 0; NaN stays NaN. */
export const STEP = 9;
/** `RELU` of `NORMALIZE`. */
export const NORMALIZE_RELU = 10;
/** `PASS_UNIT` with b = `NORMALIZE` of its operand. */
export const PASS_UNIT_NORMALIZED = 11;
export const ADD = 12;
/** a · (p0 + p1·|b| + p2·b²) where |b| < p3, else 0. */
export const PASS_POLYNOMIAL = 13;
/** a · p1 · e / (1 + e)² with e = exp(−p0·|b|): the slope of a tanh. */
export const PASS_TANH = 14;

// Of one value: see `unary` in assembly/elementwise.ts.
export const UNARY_RELU = 0;
/** 1 above 0, else 0; NaN stays NaN. */
export const UNARY_STEP = 1;
export const NEGATE = 2;
export const SQUARE_ROOT = 3;
export const RECIPROCAL_SQUARE_ROOT = 4;
export const SQUARE = 5;
export const ABSOLUTE = 6;
/** To [low, high]. */
export const CLIP = 7;
/** −1 below 0, else +1. */
export const UNARY_SIGN = 8;

// Of two values: see `binary` in assembly/elementwise.ts.
export const SUM = 0;
export const DIFFERENCE = 1;
export const PRODUCT = 2;
export const QUOTIENT = 3;
export const MAXIMUM = 4;
export const MINIMUM = 5;
/** b − a. */
export const DIFFERENCE_SWAPPED = 6;
/** b / a. */
export const QUOTIENT_SWAPPED = 7;
