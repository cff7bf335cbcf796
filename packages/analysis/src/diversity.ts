/** Two members on the same rows. */
export interface MemberPair {
  /** Indices of the members, first < second. */
  readonly first: number;
  readonly second: number;
  /** Share of rows that they classify differently. */
  readonly disagreement: number;
  /** Share of rows that both misclassify, as the same class or not. */
  readonly doubleFault: number;
  /** Cohen's κ of their predictions: 1 if they are equal, 0 for chance agreement; NaN if both predict a single class. */
  readonly kappa: number;
}

/** Means over the pairs; NaN if there are none. */
export interface Diversity extends Omit<MemberPair, "first" | "second"> {
  readonly pairs: readonly MemberPair[];
}

/**
 * The diversity of an ensemble's members, pair by pair.
 *
 * `κ = (agreement − expected) / (1 − expected)`, with `expected = Σ_k p₁(k) p₂(k)` from the shares of predicted classes k
 *
 * @param predicted one array [rows] per member, from 0 to classes − 1
 * @param labels [rows]
 * @see Kuncheva and Whitaker, "Measures of diversity in classifier ensembles", 2003 (double fault), and J. Cohen, "A coefficient of
 *   agreement
 *   for nominal scales", 1960. Disagreement is about predicted classes, as in Fort, Hu and Lakshminarayanan, "Deep Ensembles: A Loss Landscape
 *   Perspective", 2019, not about correctness.
 */
export function diversity(predicted: readonly Int32Array[], labels: Int32Array, classes: number): Diversity {
  const n = labels.length;
  const counts = predicted.map((answers) => {
    const own = new Float64Array(classes);
    for (const answer of answers) own[answer]! += 1;
    return own;
  });
  const pairs: MemberPair[] = [];
  for (const [second, ofSecond] of predicted.entries()) {
    for (const [first, ofFirst] of predicted.slice(0, second).entries()) {
      let same = 0;
      let wrong = 0;
      for (let row = 0; row < n; row++) {
        const [a, b, label] = [ofFirst[row]!, ofSecond[row]!, labels[row]!];
        if (a === b) same += 1;
        if (a !== label && b !== label) wrong += 1;
      }
      const expected = counts[first]!.reduce((sum, count, k) => sum + count * counts[second]![k]!, 0) / n ** 2;
      pairs.push({ first, second, disagreement: 1 - same / n, doubleFault: wrong / n, kappa: (same / n - expected) / (1 - expected) });
    }
  }
  const mean = (of: (pair: MemberPair) => number): number => pairs.reduce((sum, pair) => sum + of(pair), 0) / pairs.length;
  return {
    disagreement: mean((pair) => pair.disagreement),
    doubleFault: mean((pair) => pair.doubleFault),
    kappa: mean((pair) => pair.kappa),
    pairs,
  };
}
