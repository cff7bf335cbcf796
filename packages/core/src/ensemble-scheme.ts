import type { InjectionToken } from "tsyringe";
import type { Random } from "./random.ts";
import type { Registry } from "./registry.ts";
import { resample } from "./resample.ts";

/** The rows that an epoch trains on (repetition allowed; core shuffles them), or a loss weight for every row. */
export type Draw =
  | { readonly kind: "rows"; readonly rows: Int32Array }
  | { readonly kind: "weighted"; readonly sampleWeights: Float64Array };

export interface DrawRound {
  readonly member: number;
  /** From 0. */
  readonly epoch: number;
  /** "score" requests the rows on which the best epoch is chosen. */
  readonly purpose: "train" | "score";
  /** [samples], as the scheme returned them; they need not sum to 1. Read only. */
  readonly sampleWeights: Float64Array;
  readonly samples: number;
  /** Returns a fresh generator: the same one for all epochs and purposes of a member, or one for this epoch and purpose. */
  readonly random: (scope: "member" | "epoch") => Random;
}

export interface NextRound {
  readonly member: number;
  /** [samples], as the member was trained with. Read only. */
  readonly sampleWeights: Float64Array;
  /** [samples]: 1 if the trained member misclassifies the training row, else 0. */
  readonly wrong: Uint8Array;
  /** Weighted training error ε = Σ w·wrong / Σ w, in [0, 1]. */
  readonly error: number;
  /** Class of each training row [samples]. */
  readonly labels: Int32Array;
  readonly classes: number;
  /** Returns the member's logits [samples, classes] on the training rows. */
  readonly logits: () => Float32Array;
  /** Of an additive scheme: the members before this one. */
  readonly ensemble?: EnsembleSum;
}

/** The members that were accepted so far, added up. */
export interface EnsembleSum {
  /** Σ alpha · logits of training samples [samples, classes], as stored, without augmentation; 0 before the first member. Not to be changed. */
  readonly logits: Float32Array;
  /** Σ alpha. */
  readonly weight: number;
}

/** A scheme's decision on a trained member. Reasons and warnings are sentences that are shown and logged. */
export type Verdict =
  /** The member votes with this vote weight, which may be negative; the next member trains with these sample weights [samples]. */
  | { readonly kind: "accept"; readonly alpha: number; readonly sampleWeights: Float64Array; readonly warning?: string }
  /** The member does not vote; the next one trains with these sample weights, or with unchanged ones if absent. */
  | { readonly kind: "reject"; readonly reason: string; readonly sampleWeights?: Float64Array }
  /** This is the last member. With an alpha it votes, without one it does not. */
  | { readonly kind: "stop"; readonly reason: string; readonly alpha?: number };

/**
 * An ensemble method, as arithmetic on arrays of [samples]: core trains, times, saves and scores. A scheme keeps no state between calls, so
 * a resumed run continues with the same bytes.
 */
export interface EnsembleScheme {
  /**
   * True if all epochs of a member draw the same rows and leave some out. Core may then score each row with the members that neither drew
   * it nor started from a member that did (out of bag).
   */
  readonly outOfBag?: boolean;
  /** True if every member uses the sample weights of the first one, so that independent members may train in parallel. */
  readonly independent?: boolean;
  /** True if every member must start from fresh weights: core then refuses `mode: "sequential"`. */
  readonly fresh?: boolean;
  /** True when every member must go on from the one before: core refuses `mode: "independent"` with it. */
  readonly continues?: boolean;
  /**
   * True when members are terms of a sum, as in gradient boosting: core keeps Σ alpha · logits of the members so far on the training samples, and gives it
   * to the loss of the next member (`LossRows.ensemble`) and to `next`. Members are then trained one after the other.
   */
  readonly additive?: boolean;
  /** Sample weights [samples] of the first member. Absent: 1 / samples each. */
  begin?(problem: { readonly samples: number; readonly classes: number }): Float64Array;
  /** Rows of an epoch. Absent: `samples` rows, redrawn each epoch with replacement and in proportion to the sample weights. */
  draw?(round: DrawRound): Draw;
  next(round: NextRound): Verdict;
}

export const SCHEMES: InjectionToken<Registry<EnsembleScheme>> = Symbol.for("benn.schemes");

/** Fills in what a scheme leaves out: uniform initial sample weights, and resampling by weight. */
export function completeScheme(scheme: EnsembleScheme): EnsembleScheme & Required<Pick<EnsembleScheme, "begin" | "draw">> {
  return {
    ...(scheme.outOfBag === undefined ? {} : { outOfBag: scheme.outOfBag }),
    ...(scheme.independent === undefined ? {} : { independent: scheme.independent }),
    ...(scheme.fresh === undefined ? {} : { fresh: scheme.fresh }),
    ...(scheme.continues === undefined ? {} : { continues: scheme.continues }),
    ...(scheme.additive === undefined ? {} : { additive: scheme.additive }),
    begin: (problem) => (scheme.begin ? scheme.begin(problem) : new Float64Array(problem.samples).fill(1 / problem.samples)),
    draw: (round) =>
      scheme.draw ? scheme.draw(round) : { kind: "rows", rows: resample(round.sampleWeights, round.samples, round.random("epoch")) },
    next: (round) => scheme.next(round),
  };
}

/**
 * ε = Σ w·wrong / Σ w in [0, 1]: the share of the sample weight on misclassified rows.
 * @param sampleWeights [samples]
 * @param wrong [samples], 1 where the member is wrong
 */
export function weightedError(sampleWeights: Float64Array, wrong: Uint8Array): number {
  let total = 0;
  let onWrong = 0;
  for (const [row, weight] of sampleWeights.entries()) {
    total += weight;
    onWrong += weight * (wrong[row] ?? 0);
  }
  return onWrong / total;
}
