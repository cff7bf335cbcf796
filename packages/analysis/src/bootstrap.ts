import type { Random } from "@benn/core";
import { quantileSorted } from "simple-statistics";
import type { Interval } from "./wilson.ts";

export interface BootstrapOptions {
  /** Draws the rows: made from a seed and the purpose. */
  readonly random: Pick<Random, "integer">;
  /** Number of resamples, default 1,000. */
  readonly resamples?: number;
}

/**
 * 95 % percentile intervals of statistics of rows: the rows are resampled with replacement repeatedly, and the statistics computed on each
 * resample. All statistics use the same resamples, so that their differences have valid intervals too.
 * @param rows number of rows
 * @param statistics of the drawn rows, each in [0, rows), with repetitions; the array is reused for the next resample
 * @returns an interval for each statistic
 * @see Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, section 13.3
 */
export function bootstrap(
  rows: number,
  statistics: (drawn: Int32Array) => ArrayLike<number>,
  { random, resamples = 1000 }: BootstrapOptions,
): Interval[] {
  const drawn = new Int32Array(rows);
  const values: Float64Array[] = [];
  for (let resample = 0; resample < resamples; resample++) {
    for (let i = 0; i < rows; i++) drawn[i] = random.integer(rows);
    const own = statistics(drawn);
    for (let i = 0; i < own.length; i++) (values[i] ??= new Float64Array(resamples))[resample] = own[i]!;
  }
  return values.map((own) => {
    const sorted = Array.from(own.toSorted());
    return [quantileSorted(sorted, 0.025), quantileSorted(sorted, 0.975)];
  });
}
