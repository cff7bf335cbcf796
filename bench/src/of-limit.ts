/** A speed in percent of a limit, and the limit. */
export interface OfLimit {
  readonly limit: number;
  readonly percent: number;
}

/**
 * The limit is the highest speed seen: by the probe programs, or by what is measured itself. So nothing exceeds it.
 * @param speed of what is measured
 * @param seen other speeds of the same kind, including the probes'
 */
export function ofLimit(speed: number, seen: readonly number[]): OfLimit {
  const limit = Math.max(speed, ...seen);
  return { limit, percent: 100 * (speed / limit) };
}
