/**
 * How many of `total` things make a chunk: about 64 chunks, but none of fewer than `least` things, and whole multiples of
 * `unit`. Never by the number of threads: partial sums are taken chunk by chunk.
 */
export function grainOf(total: number, least: number, unit = 1): number {
  return Math.max(unit, Math.ceil(Math.max(least, total / 64) / unit) * unit);
}
