import type { InjectionToken } from "tsyringe";
import type { Random } from "./random.ts";
import type { Registry } from "./registry.ts";

/** The rows an epoch trains on (repetition allowed, core shuffles them), or a weight for the loss of every row. */
export type Draw = { readonly kind: "rows"; readonly rows: Int32Array } | { readonly kind: "weighted"; readonly weights: Float64Array };

export interface DrawRound {
  readonly member: number;
  /** From 0. */
  readonly epoch: number;
  /** "score" asks for the rows on which the best epoch is chosen. */
  readonly purpose: "train" | "score";
  /** Sample weights [samples], as the scheme returned them; need not sum to 1. Not to be changed. */
  readonly weights: Float64Array;
  readonly samples: number;
  /** A fresh generator: the same one for all of a member's epochs and purposes, or one for this epoch and purpose. */
  readonly random: (scope: "member" | "epoch") => Random;
}

export interface NextRound {
  readonly member: number;
  /** Sample weights [samples] the member was trained with. Not to be changed. */
  readonly weights: Float64Array;
  /** [samples], 1 where the trained member is wrong on the training row and 0 where it is right. */
  readonly wrong: Uint8Array;
  readonly labels: Int32Array;
  readonly classes: number;
  /** The member's logits [samples, classes] on the training rows. */
  readonly logits: () => Float32Array;
}

/**
 * The member's say in the vote and the next sample weights; or a reason to stop, in one sentence, where a missing
 * `alpha` drops the member. `warning` is shown and logged.
 */
export type Verdict =
  | { readonly alpha: number; readonly weights: Float64Array; readonly warning?: string }
  | { readonly alpha?: number; readonly stop: string };

/**
 * An ensemble method, as arithmetic on arrays of [samples]: core trains, times, saves and scores.
 */
export interface EnsembleScheme {
  /** True when a member never sees some rows, so that core may score the ensemble on them (out-of-bag). */
  readonly outOfBag?: boolean;
  /** True when every member has the sample weights of the first one, so that independent members may train side by side. */
  readonly independent?: boolean;
  /** Sample weights [samples] of the first member. */
  begin(problem: { readonly samples: number; readonly classes: number }): Float64Array;
  draw(round: DrawRound): Draw;
  next(round: NextRound): Verdict;
}

export const SCHEMES: InjectionToken<Registry<EnsembleScheme>> = Symbol.for("benn.schemes");
