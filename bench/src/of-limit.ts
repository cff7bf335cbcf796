/** What is reached of a limit, in percent, and the limit. */
export interface OfLimit {
  readonly limit: number;
  readonly percent: number;
}

/**
 * A limit is the most that was seen: by programs made to find it, or by what is measured itself. So nothing exceeds it.
 * @param speed of what is measured
 * @param seen other speeds of the same kind, the probes' among them
 */
export function ofLimit(speed: number, seen: readonly number[]): OfLimit {
  const limit = Math.max(speed, ...seen);
  return { limit, percent: 100 * (speed / limit) };
}
