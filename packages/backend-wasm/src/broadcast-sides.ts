/**
 * Interprets a broadcast of `small` along `large` as [outer, middle, inner] with [outer, 1, inner], if possible.
 * @returns undefined unless `small` is `large` with adjacent axes set to 1 (leading axes may be missing)
 */
export function broadcastSides(
  large: readonly number[],
  small: readonly number[],
): [outer: number, middle: number, inner: number] | undefined {
  const missing = large.length - small.length;
  if (missing < 0) return undefined;
  const sides: [number, number, number] = [1, 1, 1];
  let part = 0;
  for (const [i, n] of large.entries()) {
    if (n === 1 && (i < missing || small[i - missing] === 1)) continue; // may belong to either side
    const kept = i >= missing && small[i - missing] === n;
    if (!kept && i >= missing && small[i - missing] !== 1) return undefined;
    if (!kept && part === 0) part = 1;
    if (kept && part === 1) part = 2;
    if (!kept && part === 2) return undefined;
    sides[part]! *= n;
  }
  return sides;
}
