import type { Random } from "./random.ts";

/** Rows `top` to `bottom` − 1 and columns `left` to `right` − 1 of an image. */
export interface Rectangle {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/**
 * The part inside the image of the square that cutout sets to zero. Its centre is drawn uniformly among the pixels of the image, so part of
 * the square may lie outside.
 * @param side of the square in pixels, ≥ 1; an even square extends one pixel farther up and left of its centre
 * @see DeVries and Taylor, "Improved Regularization of Convolutional Neural Networks with Cutout", 2017, arXiv 1708.04552
 */
export function drawCutout(
  random: Random,
  side: number,
  [height, width]: readonly [height: number, width: number, ...unknown[]],
): Rectangle {
  const top = random.integer(height) - Math.floor(side / 2);
  const left = random.integer(width) - Math.floor(side / 2);
  return {
    top: Math.max(0, top),
    left: Math.max(0, left),
    bottom: Math.min(height, top + side),
    right: Math.min(width, left + side),
  };
}
