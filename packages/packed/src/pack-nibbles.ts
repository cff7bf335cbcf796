import type { Pair } from "./node-parts.ts";

/** Number of steps of twelve channels per tap. */
export function stepsOf(channels: number): number {
  return Math.ceil(channels / 12);
}

/** Number of filters, including the padding of the last block. */
export function tableFilters(filters: number): number {
  return Math.ceil(filters / 32) * 32;
}

/**
 * Rearranges a binary kernel's rows of bits for table lookup: [blocks of 64 filters, or 32 at the end][width][height][steps of a
 * tap][3][filters of the block], one byte for four weights.
 * @param bits [filters, ⌈height·width·channels / 8⌉], lowest bit first
 * @param channels of a tap
 */
export function packNibbles(bits: Uint8Array, filters: number, [height, width]: Pair, channels: number): Uint8Array {
  const groups = 3 * stepsOf(channels);
  const taps = height * width;
  const rowBytes = Math.ceil((taps * channels) / 8);
  const packed = new Uint8Array(tableFilters(filters) * taps * groups);
  for (let filter = 0; filter < filters; filter++) {
    const first = filter & ~63;
    const wide = filters - first > 32 ? 64 : 32;
    const begin = first * taps * groups + (filter - first);
    for (let v = 0; v < width; v++) {
      for (let u = 0; u < height; u++) {
        for (let channel = 0; channel < channels; channel++) {
          const bit = (u * width + v) * channels + channel;
          if ((((bits[filter * rowBytes + (bit >> 3)] as number) >> (bit & 7)) & 1) === 0) continue;
          packed[begin + ((v * height + u) * groups + (channel >> 2)) * wide]! |= 1 << (channel & 3);
        }
      }
    }
  }
  return packed;
}
