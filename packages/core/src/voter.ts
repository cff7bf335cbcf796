import type { InjectionToken } from "tsyringe";
import type { Registry } from "./registry.ts";

export interface Ballot {
  /** One array [n, classes] a member. */
  readonly logits: readonly Float32Array[];
  /** The members' vote weights, one a member; may be negative. */
  readonly alphas: readonly number[];
  readonly classes: number;
}

/** A vote that a packed model can take, with the vote weights that its members have in it. */
export interface LoweredVote {
  /** `hard`: alpha for a member's class; `soft`: alpha · logits; `softmax`: alpha · probabilities. Summed over the members. */
  readonly vote: "hard" | "soft" | "softmax";
  /** One a member, finite. */
  readonly alphas: readonly number[];
}

/** Turns members' logits into one score a class. */
export interface Voter {
  /** For voters that learn (stacking): called once with held-out logits and labels [n]. */
  fit?(data: Ballot & { readonly labels: Int32Array }): void;
  /** Scores [n, classes]; the class with the highest wins, the lower class on a tie. */
  vote(ballot: Ballot): Float64Array;
  /**
   * The vote of a packed model that has the same winners on every ballot; called after `fit`, if there is one. A voter
   * without it cannot be exported.
   * @param alphas the members' vote weights, one a member
   */
  lower?(alphas: readonly number[]): LoweredVote;
}

export const VOTERS: InjectionToken<Registry<Voter>> = Symbol.for("benn.voters");
