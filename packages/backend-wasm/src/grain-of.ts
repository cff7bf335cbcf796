/**
 * Chunk size for `total` items: about 64 chunks, each of at least `least` items and a multiple of `unit`. Independent of the number of
 * threads, because partial sums are computed per chunk.
 */
export function grainOf(total: number, least: number, unit = 1): number {
  return Math.max(unit, Math.ceil(Math.max(least, total / 64) / unit) * unit);
}
