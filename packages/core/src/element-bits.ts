/** The numbers of `elementBits`, for backends that compute it in languages of their own. */
export const ELEMENT_HASH = {
  indexFactor: 0x9e3779b1,
  firstFactor: 0x85ebca6b,
  secondFactor: 0xc2b2ae35,
  outerShift: 16,
  middleShift: 13,
} as const;

/**
 * 32 random bits of one element of a tensor: a function of (seed, index) alone, so that every backend draws the same and the
 * backward pass finds them again without anything kept. murmur3's finalizer of index · φ + seed.
 */
export function elementBits(seed: number, index: number): number {
  const { indexFactor, firstFactor, secondFactor, outerShift, middleShift } = ELEMENT_HASH;
  let hash = (Math.imul(index, indexFactor) + seed) | 0;
  hash = Math.imul(hash ^ (hash >>> outerShift), firstFactor);
  hash = Math.imul(hash ^ (hash >>> middleShift), secondFactor);
  return (hash ^ (hash >>> outerShift)) >>> 0;
}

/** Whether dropout keeps the element of this index. `rate` is the share dropped, 0 ≤ rate < 1. */
export function keepsElement(seed: number, index: number, rate: number): boolean {
  return elementBits(seed, index) >= rate * 0x1_0000_0000;
}
