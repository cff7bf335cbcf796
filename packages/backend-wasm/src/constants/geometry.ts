// A window that moves over images, as one block of 32-bit integers: at which byte of it each number stands. src/geometry.ts writes it, and
// the kernels of convolutions, pools and their gradients read it.

export const BATCH = 0;
/** Of the images: the input of a convolution or pool, forward as backward. */
export const HEIGHT = 4;
export const WIDTH = 8;
export const CHANNELS = 12;
export const KERNEL_HEIGHT = 16;
export const KERNEL_WIDTH = 20;
export const FILTERS = 24;
export const OUT_HEIGHT = 28;
export const OUT_WIDTH = 32;
export const STRIDE_HEIGHT = 36;
export const STRIDE_WIDTH = 40;
/** Rows and columns of padding before the images. */
export const TOP = 44;
export const LEFT = 48;
/** As if so many − 1 zeros stood between the rows, and the columns, of the images. */
export const SPREAD_HEIGHT = 52;
export const SPREAD_WIDTH = 56;
export const GEOMETRY_BYTES = 60;
