// Operations by their numbers, once for both sides: TypeScript writes them into programs and arguments, AssemblyScript computes
// them. So this is plain enough for both languages: constants alone, whose numbers nothing else depends on.

// Instructions of programs: see assembly/program.ts.
/** A tensor in memory. */
export const LOAD = 0;
/** (a − mean)·factor + offset. */
export const NORMALIZE = 1;
export const RELU = 2;
/** −1 below 0, else +1. */
export const SIGN = 3;
/** a where dropout keeps it, else 0. */
export const DROPOUT = 4;
/** a where b > 0, else 0. */
export const PASS_POSITIVE = 5;
/** a where −1 < b < 1, else 0. */
export const PASS_UNIT = 6;
/** a where b ≠ 0, else 0. */
export const PASS_NONZERO = 7;
/** Batch norm's gradient of a, its input being b. */
export const NORMALIZE_GRAD = 8;
/** 1 above 0, else 0; NaN stays NaN. */
export const STEP = 9;
/** `RELU` of what `NORMALIZE` gives. */
export const NORMALIZE_RELU = 10;
/** `PASS_UNIT` whose b `NORMALIZE` gives. */
export const PASS_UNIT_NORMALIZED = 11;
export const ADD = 12;

// Of one value: see `unary` of assembly/elementwise.ts.
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

// Of two values: see `binary` of assembly/elementwise.ts.
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
