import { expect, test } from "vitest";
import { compare } from "./compare.ts";

test("two samples differ as SciPy's ttest_ind(equal_var=False) and ttest_rel say", () => {
  const a = [30.02, 29.99, 30.11, 29.97, 30.01, 29.99];
  const b = [29.89, 29.93, 29.72, 29.98, 30.02, 29.98];
  const { means, difference, welch, paired } = compare(a, b);
  expect(means[0]).toBeCloseTo(30.015, 10);
  expect(difference).toBeCloseTo(-0.095, 10);
  for (const [test, t, p, degreesOfFreedom, low, high] of [
    [welch, -1.959_005_808, 0.090_773_324, 7.030_559_96, -0.209_569_089, 0.019_569_089],
    [paired, -1.509_966_887, 0.191_436_832, 5, -0.256_728_894, 0.066_728_894],
  ] as const) {
    expect(test.t).toBeCloseTo(t, 7);
    expect(test.p).toBeCloseTo(p, 6);
    expect(test.degreesOfFreedom).toBeCloseTo(degreesOfFreedom, 6);
    expect(test.interval[0]).toBeCloseTo(low, 6);
    expect(test.interval[1]).toBeCloseTo(high, 6);
  }
});
