// The order of sums in evaluation, which packed models repeat bit for bit (docs/packed.md, "order of sums"): a sum is taken in
// blocks of so many products, each from 0 by itself, and the blocks' sums are added up.

/** Of a convolution: as many whole taps as these products have, and at least one. */
export const CONV_BLOCK = 384;
/** Of a product of matrices. */
export const MATMUL_BLOCK = 256;
