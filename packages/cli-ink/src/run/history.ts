/** A point of a curve: `x` in epochs of the member, `y` its loss or accuracy. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

const LIMIT = 2000;

/**
 * Adds a point to a curve. Points at or beyond its x are removed: a resumed run repeats what came after its checkpoint. A full curve loses
 * every other point, so that it stays bounded however long the run is.
 */
export function addPoint(curve: readonly Point[], point: Point, limit: number = LIMIT): readonly Point[] {
  const last = curve.at(-1);
  const before = last && last.x >= point.x ? curve.filter(({ x }) => x < point.x) : curve;
  return [...(before.length >= limit ? thin(before, Math.ceil(limit / 2)) : before), point];
}

/** At most `limit` points of a curve, evenly spaced, including the first and the last. */
export function thin(curve: readonly Point[], limit: number): readonly Point[] {
  if (curve.length <= limit) return curve;
  return Array.from({ length: limit }, (_, i) => curve[Math.round((i * (curve.length - 1)) / (limit - 1))]).filter(
    (point) => point !== undefined,
  );
}

/** Each point as the mean of itself and up to `n` − 1 before it: the loss of single batches is noisy. */
export function runningMean(curve: readonly Point[], n = 5): Point[] {
  return curve.map(({ x }, i) => {
    const near = curve.slice(Math.max(0, i + 1 - n), i + 1);
    return { x, y: near.reduce((sum, { y }) => sum + y, 0) / near.length };
  });
}
