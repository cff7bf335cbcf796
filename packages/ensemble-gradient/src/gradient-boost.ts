import type { EnsembleScheme, NextRound } from "@benn/core";

export interface GradientBoostOptions {
  /** Share of the best step that a member's vote weight takes: Friedman's ν. */
  readonly shrinkage: number;
}

/** Rounds of Newton's method; the loss is convex in one number, and few are needed. */
const MOST_ROUNDS = 50;
const LONGEST_STEP = 10;

/**
 * Gradient boosting of the cross-entropy, with networks as base learners: F ← F + ν·ρ·f, where the member f was fitted to the negative gradient of the
 * loss by the logits F (the loss `residual`), and ρ minimizes the mean cross-entropy of F + ρ·f on the training samples. A soft vote is F.
 * @see J. Friedman, "Greedy Function Approximation: A Gradient Boosting Machine", Annals of Statistics 29, 2001, algorithms 1 and 6; one line search for a member
 * in place of one for each leaf of a tree
 */
export const gradientBoost = ({ shrinkage }: GradientBoostOptions): EnsembleScheme => ({
  additive: true,
  draw: ({ samples }) => ({ kind: "rows", rows: Int32Array.from({ length: samples }, (_, row) => row) }),
  next(round) {
    const step = lineSearch(round);
    if (!(step > 0)) return { kind: "reject", reason: "no step along its logits lowers the loss." };
    return { kind: "accept", alpha: shrinkage * step, sampleWeights: round.sampleWeights };
  },
});

/** ρ ≥ 0 that minimizes Σ −log softmax(F + ρ·f)[label], by Newton's method within bounds. */
export function lineSearch({ logits, ensemble, labels, classes }: Pick<NextRound, "logits" | "ensemble" | "labels" | "classes">): number {
  const own = logits();
  const before = ensemble?.logits;
  const powers = new Float64Array(classes);
  /** First and second derivative by ρ. */
  const slopes = (step: number): readonly [number, number] => {
    let [first, second] = [0, 0];
    for (const [row, label] of labels.entries()) {
      let most = -Infinity;
      for (let k = 0; k < classes; k++) {
        const at = row * classes + k;
        powers[k] = (before?.[at] ?? 0) + step * own[at]!;
        most = Math.max(most, powers[k]!);
      }
      let [sum, mean, square] = [0, 0, 0];
      for (let k = 0; k < classes; k++) {
        const power = Math.exp(powers[k]! - most);
        const value = own[row * classes + k]!;
        sum += power;
        mean += power * value;
        square += power * value * value;
      }
      mean /= sum;
      first += mean - own[row * classes + label]!;
      second += square / sum - mean * mean;
    }
    return [first, second];
  };
  if (!(slopes(0)[0] < 0)) return 0;
  let [low, high, step] = [0, LONGEST_STEP, 1];
  for (let round = 0; round < MOST_ROUNDS && high - low > 1e-9; round++) {
    const [first, second] = slopes(step);
    if (first > 0) high = step;
    else low = step;
    const newton = step - first / second;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - step) < 1e-12) return next;
    step = next;
  }
  return step;
}
