import type { InjectionToken } from "tsyringe";
import type { LinearMap } from "./linear-map.ts";
import type { Registry } from "./registry.ts";

export interface Ballot {
  /** One array [n, classes] per member. */
  readonly logits: readonly Float32Array[];
  /** The members' vote weights, one per member; may be negative. */
  readonly alphas: readonly number[];
  readonly classes: number;
}

/** A vote that packed models can compute, with the members' vote weights in it. */
export interface LoweredVote {
  /** `hard`: alpha for the member's class; `soft`: alpha · logits; `softmax`: alpha · probabilities. Summed over the members. */
  readonly vote: "hard" | "soft" | "softmax";
  /** One per member, finite. */
  readonly alphas: readonly number[];
  /** Of a soft vote, one a member: what each votes with in place of its logits. Absent: its logits. */
  readonly maps?: readonly LinearMap[];
}

/** Combines the members' logits into one score per class. */
export interface Voter {
  /**
   * For voters that learn, as stacking does: called once, before any vote, with the members' logits on validation samples and the labels [n] of those. From
   * then on the voter votes with these members, in this order; for other members a new one is made. Whoever chooses it must hold samples out.
   */
  fit?(data: Ballot & { readonly labels: Int32Array }): void;
  /** Scores [n, classes]; the class with the highest score is predicted, the lower class on a tie. */
  vote(ballot: Ballot): Float64Array;
  /**
   * A vote of a packed model that predicts the same classes on every ballot; called after `fit`, if there is one. A voter without this
   * method cannot be exported.
   * @param alphas the members' vote weights, one per member
   */
  lower?(alphas: readonly number[]): LoweredVote;
}

export const VOTERS: InjectionToken<Registry<Voter>> = Symbol.for("benn.voters");
