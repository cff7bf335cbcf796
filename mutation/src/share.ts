/**
 * Wilson's interval of a share seen in a sample.
 * @param z 1.96 for 95 %
 * @see Wilson, "Probable inference, the law of succession, and statistical inference", 1927
 */
export function wilson(hits: number, of: number, z = 1.96): readonly [low: number, high: number] {
  if (of === 0) return [0, 1];
  const share = hits / of;
  const middle = share + (z * z) / (2 * of);
  const half = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  const scale = 1 + (z * z) / of;
  return [Math.max(0, (middle - half) / scale), Math.min(1, (middle + half) / scale)];
}
