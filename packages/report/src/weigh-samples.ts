import type { SampleWeights } from "./reported-run.ts";

const LOWEST = -12;
const HIGHEST = 12;

/** Whether all rows have equal weights. */
export function isUniform(weights: Float64Array): boolean {
  return weights.every((weight) => Math.abs(weight - weights[0]!) <= 1e-9 * Math.abs(weights[0]!));
}

/**
 * How unequal the sample weights of a round are.
 * @param weights [rows], not negative, not all zero
 * @see L. Kish, "Survey Sampling", 1965, for the effective sample size `(Σ w)² / Σ w²`
 */
export function weighSamples(member: number, weights: Float64Array): SampleWeights {
  let sum = 0;
  let squares = 0;
  for (const weight of weights) {
    sum += weight;
    squares += weight ** 2;
  }
  const mean = sum / weights.length;
  const bins = new Map<number, number>();
  for (const weight of weights) {
    const low = Math.min(HIGHEST, Math.max(LOWEST, Math.floor(Math.log2(weight / mean))));
    bins.set(low, (bins.get(low) ?? 0) + 1);
  }
  return {
    member,
    rows: weights.length,
    effective: sum ** 2 / squares,
    bins: [...bins].map(([low, rows]) => ({ low, rows })).toSorted((a, b) => a.low - b.low),
  };
}

/** The rows with the largest weights, in descending order, with their weights as multiples of the mean. */
export function heaviestRows(weights: Float64Array, most = 12): { readonly row: number; readonly times: number }[] {
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length;
  return Array.from(weights.keys())
    .toSorted((a, b) => weights[b]! - weights[a]! || a - b)
    .slice(0, most)
    .map((row) => ({ row, times: weights[row]! / mean }));
}
