import { DRAWS } from "./recipe.ts";

/** A part of a picture, in whole pixels. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const TRIES = 10;
const [LEFT, TOP] = [DRAWS - 3, DRAWS - 2];
const [NARROWEST, WIDEST] = [3 / 4, 4 / 3];

/**
 * A crop of random area and aspect ratio: uniform in area from `minArea` to all, and in the logarithm of width over height from that of 3/4
 * to that of 4/3. After ten tries that do not fit, the largest centre crop within these aspect ratios.
 * @param draws [DRAWS] uniform in [0, 1)
 * @see Szegedy et al., "Going Deeper with Convolutions", 2015, section 6; torchvision's RandomResizedCrop
 */
export function randomResizedCrop(width: number, height: number, minArea: number, draws: Float64Array): Region {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const area = width * height * (minArea + (1 - minArea) * draws[2 * attempt]!);
    const ratio = Math.exp(Math.log(NARROWEST) + (Math.log(WIDEST) - Math.log(NARROWEST)) * draws[2 * attempt + 1]!);
    const [w, h] = [Math.round(Math.sqrt(area * ratio)), Math.round(Math.sqrt(area / ratio))];
    if (w >= 1 && w <= width && h >= 1 && h <= height) return randomWindow(width, height, { width: w, height: h }, draws);
  }
  const ratio = width / height;
  if (ratio < NARROWEST) return centre(width, height, { width, height: Math.min(height, Math.max(1, Math.round(width / NARROWEST))) });
  if (ratio > WIDEST) return centre(width, height, { width: Math.max(1, Math.round(height * WIDEST)), height });
  return { left: 0, top: 0, width, height };
}

/** A crop of this size at a uniformly random position. */
export function randomWindow(width: number, height: number, size: { width: number; height: number }, draws: Float64Array): Region {
  const left = Math.floor(draws[LEFT]! * (width - size.width + 1));
  const top = Math.floor(draws[TOP]! * (height - size.height + 1));
  return { left, top, ...size };
}

/** The centre crop of this size. */
export function centre(width: number, height: number, size: { width: number; height: number }): Region {
  return { left: Math.round((width - size.width) / 2), top: Math.round((height - size.height) / 2), ...size };
}

/** Width and height with the shorter side at `side`, the other truncated to whole pixels like torchvision's Resize. */
export function shortSide(width: number, height: number, side: number): { width: number; height: number } {
  return width < height
    ? { width: side, height: Math.trunc((side * height) / width) }
    : { width: Math.trunc((side * width) / height), height: side };
}
