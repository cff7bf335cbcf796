/**
 * Number of values of a patch that the training engine sums separately: see docs/packed.md, order of sums, and the engine's sum-blocks.ts.
 */
export function sumBlock(channels: number): number {
  return Math.max(1, Math.floor(384 / channels)) * channels;
}

/** The same for a dense layer. */
export const DENSE_SUM_BLOCK = 256;
