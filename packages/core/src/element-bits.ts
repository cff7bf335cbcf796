/** Constants of `elementBits`, for backends that implement it in other languages. */
export const ELEMENT_HASH = {
  indexFactor: 0x9e3779b1,
  firstFactor: 0x85ebca6b,
  secondFactor: 0xc2b2ae35,
  outerShift: 16,
  middleShift: 13,
} as const;

/**
 * 32 random bits for one element of a tensor. They depend on (seed, index) alone, so every backend draws the same bits and the backward
 * pass recomputes them instead of storing them. The hash is murmur3's finalizer of index · φ + seed.
 */
export function elementBits(seed: number, index: number): number {
  const { indexFactor, firstFactor, secondFactor, outerShift, middleShift } = ELEMENT_HASH;
  let hash = (Math.imul(index, indexFactor) + seed) | 0;
  hash = Math.imul(hash ^ (hash >>> outerShift), firstFactor);
  hash = Math.imul(hash ^ (hash >>> middleShift), secondFactor);
  return (hash ^ (hash >>> outerShift)) >>> 0;
}

/** Whether dropout keeps the element with this index. `rate` is the share of elements dropped, 0 ≤ rate < 1. */
export function keepsElement(seed: number, index: number, rate: number): boolean {
  return elementBits(seed, index) >= rate * 0x1_0000_0000;
}
