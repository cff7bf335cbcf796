import type { InjectionToken } from "tsyringe";
import type { Registry } from "./registry.ts";

export interface Ballot {
  /** One array [n, classes] a member. */
  readonly logits: readonly Float32Array[];
  /** The members' say, one a member; may be negative. */
  readonly alphas: readonly number[];
  readonly classes: number;
}

/** Turns members' logits into one score a class. */
export interface Voter {
  /** For voters that learn (stacking): called once with held-out logits and labels [n]. */
  fit?(data: Ballot & { readonly labels: Int32Array }): void;
  /** Scores [n, classes]; the class with the highest wins, the lower class on a tie. */
  vote(ballot: Ballot): Float64Array;
}

export const VOTERS: InjectionToken<Registry<Voter>> = Symbol.for("benn.voters");
