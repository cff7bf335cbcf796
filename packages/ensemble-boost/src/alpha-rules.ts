/** Computes a member's vote weight from its weighted training error 0 < ε < 1. */
export interface AlphaRule {
  alpha(error: number, classes: number): number;
  /** The smallest error at which a member is too weak. */
  limit(classes: number): number;
}

/**
 * AdaBoost's: `½·ln((1 − ε)/ε)`, negative if ε > ½.
 * @see Freund and Schapire, "A decision-theoretic generalization of on-line learning and an application to boosting", 1997
 */
export const halfLog: AlphaRule = {
  alpha: (error) => 0.5 * Math.log((1 - error) / error),
  limit: () => 0.5,
};

/**
 * SAMME's, times a shrinkage s: `s·(ln((1 − ε)/ε) + ln(K − 1))`, positive if a member is better than guessing one of K classes, ε < 1 −
 * 1/K.
 * @see Zhu, Zou, Rosset and Hastie, "Multi-class AdaBoost", 2009, algorithm 2, step (c), for s = 1
 */
export const samme = (shrinkage: number): AlphaRule => ({
  alpha: (error, classes) => shrinkage * (Math.log((1 - error) / error) + Math.log(classes - 1)),
  limit: (classes) => 1 - 1 / classes,
});
