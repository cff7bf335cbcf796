import type { PixelClasses, Span } from "./window.ts";

/** Number of 64-bit words. */
export const wordsOf = (bits: number): number => Math.ceil(bits / 64);

const fourTimes = (n: number): number => Math.ceil(n / 4) * 4;

/** Number of filters, rounded up to groups of four. */
export function paddedFilters(filters: number): number {
  return fourTimes(filters);
}

/**
 * The order in which the kernels process filters: descending within each 64, preceded by padding filters in the last group of four. A
 * number of at least `filters` is such a padding filter.
 */
export function filterOrder(filters: number): number[] {
  const order: number[] = [];
  for (let first = 0; first < filters; first += 64) {
    for (let i = fourTimes(Math.min(64, filters - first)) - 1; i >= 0; i--) order.push(first + i);
  }
  return order;
}

/**
 * Rearranges a binary kernel's rows of bits for the inner loops described in `assembly/binary-conv.ts`.
 * @param bits [filters, ⌈length / 8⌉], lowest bit first
 */
export function packKernel(bits: Uint8Array, filters: number, length: number, vectors: boolean): Uint8Array {
  const words = wordsOf(length);
  const rowBytes = Math.ceil(length / 8);
  const order = filterOrder(filters);
  const packed = new Uint8Array(order.length * words * 8);
  const wordOf = (filter: number, word: number): Uint8Array =>
    filter < filters
      ? bits.subarray(filter * rowBytes + word * 8, Math.min((filter + 1) * rowBytes, filter * rowBytes + (word + 1) * 8))
      : NONE;
  let at = 0;
  const spare = length & 7 ? (1 << (length & 7)) - 1 : 255; // bits of the file beyond the row's end must not count
  const put = (filter: number, word: number): void => {
    const own = wordOf(filter, word);
    packed.set(own, at);
    if (word === words - 1 && own.length > 0) packed[at + own.length - 1]! &= spare;
    at += 8;
  };
  for (let group = 0; group < order.length; group += 4) {
    const own = order.slice(group, group + 4);
    if (!vectors) {
      for (let word = 0; word < words; word++) for (const filter of own) put(filter, word);
      continue;
    }
    for (const half of [own.slice(0, 2), own.slice(2)]) {
      for (let word = 0; word < words; word += 2) {
        for (const filter of half) {
          put(filter, word);
          if (word + 1 < words) put(filter, word + 1);
        }
      }
    }
  }
  return packed;
}

const NONE = new Uint8Array(0);

export interface CountedClass {
  /** Number of values of the patch inside the image. */
  readonly inside: number;
  /** Per filter: set bits of the kernel on taps outside, which are counted although they should not be. */
  readonly outside: Int32Array;
  /** The same inside. */
  readonly within: Int32Array;
}

/** The corrections of the counts for each class of pixels. */
export function countClasses(
  bits: Uint8Array,
  { filters, size, channels }: { readonly filters: number; readonly size: readonly [number, number]; readonly channels: number },
  { rows, columns }: PixelClasses,
): CountedClass[] {
  const [height, width] = size;
  const rowBytes = Math.ceil((height * width * channels) / 8);
  // Set bits of every filter on every tap, counted once.
  const ones = new Int32Array(filters * height * width);
  for (let filter = 0; filter < filters; filter++) {
    for (let i = 0; i < height * width * channels; i++) {
      if ((bits[filter * rowBytes + (i >> 3)] as number) & (1 << (i & 7))) ones[filter * height * width + Math.floor(i / channels)]!++;
    }
  }
  return rows.flatMap((row) =>
    columns.map((column): CountedClass => {
      const outside = new Int32Array(filters);
      const within = new Int32Array(filters);
      for (let u = 0; u < height; u++) {
        for (let v = 0; v < width; v++) {
          const isInside = isWithin(row, u) && isWithin(column, v);
          if (!isInside && (row.uncounted?.[u] || column.uncounted?.[v])) continue;
          for (let filter = 0; filter < filters; filter++)
            (isInside ? within : outside)[filter]! += ones[(filter * height + u) * width + v] as number;
        }
      }
      return { inside: (row.to - row.from) * (column.to - column.from) * channels, outside, within };
    }),
  );
}

const isWithin = ({ from, to }: Span, tap: number): boolean => tap >= from && tap < to;

/** The limit for which sum ≥ threshold is count < limit. */
export function limitOf({ inside, outside }: CountedClass, filter: number, threshold: number): number {
  // The sum is inside − 2·(count − outside).
  const most = Math.floor((inside - threshold) / 2) + (outside[filter] as number);
  return Math.min(Math.max(most, -1), 2 ** 30) + 1;
}

/** Tables for bits: −limit. */
export function limitTables(classes: readonly CountedClass[], thresholds: Int32Array): Int32Array {
  const order = filterOrder(thresholds.length);
  return Int32Array.from(
    classes.flatMap((counted) =>
      order.map((filter) => (filter < thresholds.length ? -limitOf(counted, filter, thresholds[filter] as number) : 0)),
    ),
  );
}

/** A sum is base − 2·count. */
export type BaseOf = (counted: CountedClass, filter: number) => number;

export const baseOfSigns: BaseOf = ({ inside, outside }, filter) => inside + 2 * (outside[filter] as number);

export function baseTables(classes: readonly CountedClass[], filters: number, baseOf: BaseOf): Int32Array {
  const order = filterOrder(filters);
  return Int32Array.from(classes.flatMap((counted) => order.map((filter) => (filter < filters ? baseOf(counted, filter) : 0))));
}
