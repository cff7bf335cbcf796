import type { InjectionToken } from "tsyringe";
import type { Random } from "./random.ts";
import type { Registry } from "./registry.ts";
import { resample } from "./resample.ts";

/** The rows an epoch trains on (repetition allowed, core shuffles them), or a weight for the loss of every row. */
export type Draw =
  | { readonly kind: "rows"; readonly rows: Int32Array }
  | { readonly kind: "weighted"; readonly sampleWeights: Float64Array };

export interface DrawRound {
  readonly member: number;
  /** From 0. */
  readonly epoch: number;
  /** "score" asks for the rows on which the best epoch is chosen. */
  readonly purpose: "train" | "score";
  /** [samples], as the scheme returned them; need not sum to 1. Not to be changed. */
  readonly sampleWeights: Float64Array;
  readonly samples: number;
  /** A fresh generator: the same one for all of a member's epochs and purposes, or one for this epoch and purpose. */
  readonly random: (scope: "member" | "epoch") => Random;
}

export interface NextRound {
  readonly member: number;
  /** [samples], as the member was trained with. Not to be changed. */
  readonly sampleWeights: Float64Array;
  /** [samples], 1 where the trained member is wrong on the training row and 0 where it is right. */
  readonly wrong: Uint8Array;
  /** Weighted training error ε = Σ w·wrong / Σ w, in [0, 1]. */
  readonly error: number;
  /** Class of each training row [samples]. */
  readonly labels: Int32Array;
  readonly classes: number;
  /** The member's logits [samples, classes] on the training rows. */
  readonly logits: () => Float32Array;
}

/** What a scheme makes of a trained member. Reasons and warnings are sentences, shown and logged. */
export type Verdict =
  /** It votes with this vote weight, which may be negative; the next member trains with these sample weights [samples]. */
  | { readonly kind: "accept"; readonly alpha: number; readonly sampleWeights: Float64Array; readonly warning?: string }
  /** It has no vote; the next member trains with these sample weights, or with the same if absent. */
  | { readonly kind: "reject"; readonly reason: string; readonly sampleWeights?: Float64Array }
  /** No member follows. With an alpha this one votes, without it does not. */
  | { readonly kind: "stop"; readonly reason: string; readonly alpha?: number };

/**
 * An ensemble method, as arithmetic on arrays of [samples]: core trains, times, saves and scores. It keeps nothing between calls,
 * so that a resumed run goes on with the same bytes.
 */
export interface EnsembleScheme {
  /**
   * True when all epochs of a member draw the same rows and leave some out, so that core may score each member on the rows that neither it
   * nor a member that it started from drew (out-of-bag).
   */
  readonly outOfBag?: boolean;
  /** True when every member has the sample weights of the first one, so that independent members may train side by side. */
  readonly independent?: boolean;
  /** True when every member must start from fresh weights: core refuses `mode: "sequential"` with it. */
  readonly fresh?: boolean;
  /** Sample weights [samples] of the first member. Absent: 1 / samples each. */
  begin?(problem: { readonly samples: number; readonly classes: number }): Float64Array;
  /** Rows of an epoch. Absent: `samples` rows drawn anew each epoch, with replacement, in proportion to the sample weights. */
  draw?(round: DrawRound): Draw;
  next(round: NextRound): Verdict;
}

export const SCHEMES: InjectionToken<Registry<EnsembleScheme>> = Symbol.for("benn.schemes");

/** The scheme with what it leaves out filled in: a uniform start, and resampling by weight. */
export function completeScheme(scheme: EnsembleScheme): EnsembleScheme & Required<Pick<EnsembleScheme, "begin" | "draw">> {
  return {
    ...(scheme.outOfBag === undefined ? {} : { outOfBag: scheme.outOfBag }),
    ...(scheme.independent === undefined ? {} : { independent: scheme.independent }),
    ...(scheme.fresh === undefined ? {} : { fresh: scheme.fresh }),
    begin: (problem) => (scheme.begin ? scheme.begin(problem) : new Float64Array(problem.samples).fill(1 / problem.samples)),
    draw: (round) =>
      scheme.draw ? scheme.draw(round) : { kind: "rows", rows: resample(round.sampleWeights, round.samples, round.random("epoch")) },
    next: (round) => scheme.next(round),
  };
}

/**
 * ε = Σ w·wrong / Σ w: the share of the sample weights on rows that a member has wrong, in [0, 1].
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
