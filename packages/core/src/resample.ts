import type { Random } from "./random.ts";

/**
 * Draws `count` rows with replacement, each with probability proportional to its weight (inverse transform on the cumulative sums).
 * Negative and non-finite weights count as 0; if no weight is left, rows are drawn uniformly.
 * @param weights [n], need not sum to 1
 * @returns [count] row numbers
 */
export function resample(weights: Float64Array, count: number, random: Random): Int32Array {
  const cumulative = new Float64Array(weights.length);
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    const w = weights[i] ?? 0;
    total += w > 0 && Number.isFinite(w) ? w : 0;
    cumulative[i] = total;
  }
  const rows = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    if (!(total > 0)) {
      rows[i] = random.integer(weights.length);
      continue;
    }
    const at = random.uniform() * total;
    let low = 0;
    let high = weights.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cumulative[middle] ?? 0) > at) high = middle;
      else low = middle + 1;
    }
    rows[i] = low;
  }
  return rows;
}
