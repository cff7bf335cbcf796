// The order of sums in evaluation, which packed models repeat bit for bit (docs/packed.md, "order of sums"): a sum is computed in blocks of
// this many products, each starting from 0, and the sums of the blocks are added.

/** For a convolution: the whole taps that fit this many products, at least one. */
export const CONV_BLOCK = 384;
/** For a matrix product. */
export const MATMUL_BLOCK = 256;
