import type { Picture } from "./picture.ts";
import type { PictureRule } from "./preparation.ts";

/** For each target index, which source indices it covers and how much of each. */
function coverage(
  source: number,
  from: number,
  length: number,
  target: number,
): { readonly at: number; readonly weights: readonly number[] }[] {
  const scale = length / target;
  return Array.from({ length: target }, (_, i) => {
    const weights: number[] = [];
    let at: number;
    if (scale >= 1) {
      const [begin, end] = [Math.max(0, from + i * scale), Math.min(source, from + (i + 1) * scale)];
      at = Math.floor(begin + 1e-9);
      for (let k = at; k < end - 1e-9; k++) weights.push((Math.min(end, k + 1) - Math.max(begin, k)) / scale);
    } else {
      const middle = Math.min(Math.max(from + (i + 0.5) * scale - 0.5, 0), source - 1);
      at = Math.floor(middle);
      weights.push(1 - (middle - at), middle - at);
    }
    return { at, weights };
  });
}

/** Pixels of the picture per pixel of the target, horizontally and vertically. */
function scalesOf(
  width: number,
  height: number,
  [toHeight, toWidth]: readonly [number, number],
  { resize: side, squash }: PictureRule,
): readonly [number, number] {
  if (side !== undefined && squash) return [width / side, height / side];
  const scale = side === undefined ? Math.min(width / toWidth, height / toHeight) : Math.min(width, height) / side;
  return [scale, scale];
}

/**
 * Crops a picture to the target's aspect ratio around its centre and resizes it: averages over the covered area when shrinking,
 * interpolates linearly when enlarging. A fourth channel (alpha) blends with white; one grey channel becomes three, three become one by the
 * weights of Rec. 601.
 * @param rule may add a margin around the crop, as in training
 * @returns bytes [height, width, channels]
 */
export function resize(
  { width, height, data }: Picture,
  [toHeight, toWidth, toChannels]: readonly [number, number, number],
  rule: PictureRule = {},
): Uint8Array {
  const channels = data.length / (width * height);
  const [across, down] = scalesOf(width, height, [toHeight, toWidth], rule);
  const [cutWidth, cutHeight] = [toWidth * across, toHeight * down];
  const columns = coverage(width, (width - cutWidth) / 2, cutWidth, toWidth);
  const rows = coverage(height, (height - cutHeight) / 2, cutHeight, toHeight);
  const out = new Uint8Array(toHeight * toWidth * toChannels);
  const pixel = new Float64Array(3);
  for (const [r, row] of rows.entries()) {
    for (const [q, column] of columns.entries()) {
      pixel.fill(0);
      for (let v = 0; v < row.weights.length; v++) {
        const start = Math.min(height - 1, row.at + v) * width;
        for (let u = 0; u < column.weights.length; u++) {
          const at = (start + Math.min(width - 1, column.at + u)) * channels;
          const weight = (row.weights[v] as number) * (column.weights[u] as number);
          const opacity = channels === 4 ? (data[at + 3] as number) / 255 : 1;
          for (let c = 0; c < 3; c++) {
            const value = data[channels === 1 ? at : at + c] as number;
            pixel[c]! += weight * (opacity * value + (1 - opacity) * 255);
          }
        }
      }
      if (toChannels === 1) pixel[0] = 0.299 * pixel[0]! + 0.587 * pixel[1]! + 0.114 * pixel[2]!;
      out.set(pixel.subarray(0, toChannels).map(Math.round), (r * toWidth + q) * toChannels);
    }
  }
  return out;
}
