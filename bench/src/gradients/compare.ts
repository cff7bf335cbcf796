import jstat from "jstat";

export interface Test {
  readonly t: number;
  readonly degreesOfFreedom: number;
  /** Two-sided. */
  readonly p: number;
  /** 95 % confidence interval of the difference b − a. */
  readonly interval: readonly [low: number, high: number];
}

export interface Comparison {
  readonly means: readonly [a: number, b: number];
  /** Standard deviations, with n − 1. */
  readonly deviations: readonly [a: number, b: number];
  /** Mean of b minus mean of a. */
  readonly difference: number;
  readonly welch: Test;
  /** a[i] and b[i] are paired, like runs with the same seed. */
  readonly paired: Test;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function variance(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
}

function test(difference: number, error: number, degreesOfFreedom: number): Test {
  const t = difference / error;
  const reach = jstat.studentt.inv(0.975, degreesOfFreedom) * error;
  const p = 2 * (1 - jstat.studentt.cdf(Math.abs(t), degreesOfFreedom));
  return { t, degreesOfFreedom, p, interval: [difference - reach, difference + reach] };
}

/**
 * Whether two samples of equal size, at least 2, differ in their means: by Welch's t-test, which does not assume equal variances, and by
 * the t-test of the paired differences.
 * @see Welch, "The Generalization of Student's Problem when Several Different Population Variances are Involved", 1947
 * @see Student, "The Probable Error of a Mean", 1908
 */
export function compare(a: readonly number[], b: readonly number[]): Comparison {
  const n = a.length;
  const [va, vb] = [variance(a) / n, variance(b) / n];
  const difference = mean(b) - mean(a);
  const degrees = (va + vb) ** 2 / (va ** 2 / (n - 1) + vb ** 2 / (n - 1));
  const pairs = b.map((value, i) => value - a[i]!);
  return {
    means: [mean(a), mean(b)],
    deviations: [Math.sqrt(variance(a)), Math.sqrt(variance(b))],
    difference,
    welch: test(difference, Math.sqrt(va + vb), degrees),
    paired: test(difference, Math.sqrt(variance(pairs) / n), n - 1),
  };
}
