import type { EnsembleScheme } from "@benn/core";

/**
 * SAMME.R: boosting by how sure a member is of the right class, not by whether it is right. With p the softmax of its logits and K classes,
 *
 *     w ← w · exp(−rate · (K − 1)/K · Σ_k y_k · log p_k),   y_k = 1 for the true class and −1/(K − 1) for the others,
 *
 * which in logits z is w · exp(−rate · (z_true − mean z)). All members have the same vote weight: the paper's vote
 * Σ_m (K − 1)(log p_k − mean log p) has the winners of a soft vote.
 * @param rate how far one member moves the weights, scikit-learn's `learning_rate`
 * @see J. Zhu, H. Zou, S. Rosset and T. Hastie, "Multi-class AdaBoost", Statistics and Its Interface 2, 2009, algorithm 4
 */
export const sammeR = (rate: number): EnsembleScheme => ({
  next({ sampleWeights, labels, classes, logits, error }) {
    if (error >= 1 - 1 / classes) return { kind: "reject", reason: "it is no better than chance." };
    const scores = logits();
    const powers = sampleWeights.map((weight, row) => {
      const own = scores.subarray(row * classes, (row + 1) * classes);
      return Math.log(weight) + rate * (own.reduce((sum, score) => sum + score, 0) / classes - own[labels[row]!]!);
    });
    const largest = powers.reduce((a, b) => Math.max(a, b));
    const grown = powers.map((power) => Math.exp(power - largest)); // any factor will do: this one stays finite, whatever the logits
    const sum = grown.reduce((total, weight) => total + weight, 0);
    return { kind: "accept", alpha: 1, sampleWeights: grown.map((weight) => weight / sum) };
  },
});
