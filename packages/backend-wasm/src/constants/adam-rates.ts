// What one step of Adam is computed with, as one block of float32: at which byte of it each number stands. src/kernels/update-steps.ts forms
// them in double precision, and assembly/adam.ts reads them.

/** learningRate / (1 − β1^step). */
export const RATE = 0;
export const BETA1 = 4;
/** 1 − β1. */
export const FRESH1 = 8;
export const BETA2 = 12;
/** 1 − β2. */
export const FRESH2 = 16;
/** √(1 − β2^step). */
export const CORRECTION = 20;
export const EPSILON = 24;
/** So much of the weight is added to the gradient. */
export const DECAY = 28;
/** So much of the weight stays. */
export const KEPT = 32;
export const ADAM_RATES_BYTES = 36;
