/** An interval [low, high]. */
export type Interval = readonly [low: number, high: number];

/** Quantile 0.975 of the normal distribution. */
const Z = 1.959963984540054;

/**
 * 95 % confidence interval of a share, from `hits` in `n` independent trials.
 *
 * `(p + z²/2n ± z √(p (1 − p)/n + z²/4n²)) / (1 + z²/n)`
 *
 * @returns within [0, 1]; all of it if there are no trials
 * @see E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927
 */
export function wilson(hits: number, n: number): Interval {
  if (n === 0) return [0, 1];
  const share = hits / n;
  const centre = (share + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n);
  const half = (Z * Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2))) / (1 + Z ** 2 / n);
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
