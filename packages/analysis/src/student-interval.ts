import { mean, sampleStandardDeviation } from "simple-statistics";
import type { Interval } from "./wilson.ts";

/**
 * 95 % interval of the mean of a normal distribution from a few values, for example of trainings that differ by their seed.
 *
 * `mean ± t · s / √n`, with t the quantile 0.975 of Student's distribution of n − 1 degrees of freedom
 *
 * @returns undefined for fewer than two values
 * @see Student, "The probable error of a mean", Biometrika 1908
 */
export function studentInterval(values: readonly number[]): Interval | undefined {
  if (values.length < 2) return undefined;
  const half = (studentQuantile(values.length - 1) * sampleStandardDeviation([...values])) / Math.sqrt(values.length);
  const middle = mean([...values]);
  return [middle - half, middle + half];
}

/** The t for which 95 % of Student's distribution is within ±t. */
export function studentQuantile(freedom: number): number {
  let [low, high] = [1.9, 13];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (shareWithin(middle, freedom) < 0.95) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Share of Student's distribution within ±t. @see Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.7.3 and 26.7.4 */
function shareWithin(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const cos2 = Math.cos(angle) ** 2;
  const isOdd = freedom % 2 === 1;
  let [term, sum] = [isOdd ? Math.cos(angle) : 1, 0];
  for (let k = isOdd ? 1 : 0; k <= freedom - 2; k += 2) {
    sum += term;
    term *= (cos2 * (k + 1)) / (k + 2);
  }
  return isOdd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}
