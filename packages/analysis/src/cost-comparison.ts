import type { RetrainedStage } from "./retrainings.ts";
import type { Estimate } from "./summarize-draws.ts";

/** Costs of classifying one image. */
export const COSTS = ["bytes", "operations", "milliseconds"] as const;
export type Cost = (typeof COSTS)[number];

/** An ensemble of this many members of a kind, over seeds. */
export interface ComparedEnsemble extends Pick<RetrainedStage, "members" | "accuracies" | "accuracy" | "churn"> {
  /** Bytes of the packed file, and bit operations and milliseconds per image; absent if unknown. */
  readonly cost: Readonly<Partial<Record<Cost, number>>>;
}

/** A kind of network: weights and activations of this many bits. */
export interface ComparedKind {
  /** `1 bit`, `4 bits`, `32 bits`. */
  readonly name: string;
  /** Of weights and activations; 32: real numbers. */
  readonly bits: number;
  readonly binarizer: string;
  /** One per seed. */
  readonly runs: readonly { readonly folder: string; readonly seed: number }[];
  /** Whether bytes are those of a packed file; otherwise they are computed. */
  readonly packed: boolean;
  /** Of 1, 2, … members. */
  readonly ensembles: readonly ComparedEnsemble[];
}

/** A network of more bits, and the largest ensemble of 1-bit networks that costs no more. */
export interface CostMatch {
  readonly cost: Cost;
  /** Name of the kind of more bits. */
  readonly against: string;
  readonly price: number;
  /** Number of 1-bit networks; 0: a single one costs more. */
  readonly members: number;
  /** Whether more members would fit, but were not trained. */
  readonly isShort: boolean;
  /** The cost of these members; absent if there are none. */
  readonly ensemblePrice?: number;
  /** Accuracy of the ensemble minus that of the network: mean over seeds, with Student's 95 % interval. */
  readonly difference?: Estimate;
}

/** More bits per network, or more networks per bit? Plain JSON. */
export interface CostComparison {
  /** Version of this structure, which docs/compare.md describes. */
  readonly format: 1;
  readonly name: string;
  readonly architecture: string;
  readonly voter: string;
  readonly seeds: readonly number[];
  /** Test images. */
  readonly rows: number;
  /** 1-bit networks first, then by bits. */
  readonly kinds: readonly ComparedKind[];
  readonly matches: readonly CostMatch[];
  /** The machine on which milliseconds were measured; absent if they were not. */
  readonly machine?: string;
  /** The answer, a sentence. */
  readonly answer: string;
  readonly notes: readonly string[];
}
