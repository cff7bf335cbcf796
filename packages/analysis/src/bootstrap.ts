import type { Random } from "@benn/core";
import { quantileSorted } from "simple-statistics";
import type { Interval } from "./wilson.ts";

export interface BootstrapOptions {
  /** Draws the rows: made from a seed and the purpose. */
  readonly random: Pick<Random, "integer">;
  /** How often rows are drawn, default 1,000. */
  readonly resamples?: number;
}

/**
 * 95 % percentile intervals of statistics of rows: the rows are drawn with replacement as many times as there are, again and again, and the
 * statistics taken of each draw. All statistics see the same draws, so that the interval of their difference is one of them too.
 * @param rows how many there are
 * @param statistics of the drawn rows, each in [0, rows), with repeats; the array is used again for the next draw
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
