// Byte offsets of the numbers of one Adam step within a block of float32. src/kernels/update-steps.ts computes them in double precision,
// and assembly/adam.ts reads them.

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
/** Multiplied by the weight and added to the gradient. */
export const DECAY = 28;
/** Factor of the weight (decoupled decay). */
export const KEPT = 32;
export const ADAM_RATES_BYTES = 36;
