// Byte offsets of the numbers of a window that slides over images, within a block of 32-bit integers. src/geometry.ts writes it, and the
// kernels of convolutions, pools and their gradients read it.

export const BATCH = 0;
/** Of the images: the input of a convolution or pool, in both the forward and the backward pass. */
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
/** Dilation of the images' rows and columns: as if this many − 1 zeros were between them. */
export const SPREAD_HEIGHT = 52;
export const SPREAD_WIDTH = 56;
export const GEOMETRY_BYTES = 60;
