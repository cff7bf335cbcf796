/**
 * 95 % confidence interval of a share, from `hits` of `n` independent trials.
 * @returns [low, high], within [0, 1]
 * @see E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927
 */
export function wilson(hits: number, n: number): readonly [number, number] {
  const z = 1.959963984540054;
  const share = hits / n;
  const centre = (share + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const half = (z * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2))) / (1 + z ** 2 / n);
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}
