import { binomialDistribution } from "simple-statistics";

/** Two classifiers on the same rows. */
export interface McNemar {
  /** Rows that only the first classifies correctly. */
  readonly firstOnly: number;
  readonly secondOnly: number;
  /** Two-sided: the probability of a split at least as uneven if both were equally good. In (0, 1]. */
  readonly pValue: number;
}

/**
 * McNemar's test in its exact form: if both classifiers are equally good, each row that only one of them classifies correctly is equally
 * likely to be the first's or the second's, so that their number is binomial with probability 1/2.
 * @param first [rows], 1 where the first classifier is right
 * @param second [rows]
 * @see Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages", 1947
 */
export function mcnemar(first: Uint8Array, second: Uint8Array): McNemar {
  let firstOnly = 0;
  let secondOnly = 0;
  for (const [row, right] of first.entries()) {
    firstOnly += Number(right > second[row]!);
    secondOnly += Number(right < second[row]!);
  }
  const fewer = Math.min(firstOnly, secondOnly);
  const chances = binomialDistribution(firstOnly + secondOnly, 0.5) ?? []; // none of no rows
  const tail = chances.slice(0, fewer + 1).reduce((sum, chance) => sum + chance, 0);
  return { firstOnly, secondOnly, pValue: firstOnly + secondOnly === 0 ? 1 : Math.min(1, 2 * tail) };
}
