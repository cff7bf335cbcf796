import type { RetrainedStage } from "./retrainings.ts";
import type { Estimate } from "./summarize-draws.ts";

/** What an answer to one image costs. */
export const COSTS = ["bytes", "operations", "milliseconds"] as const;
export type Cost = (typeof COSTS)[number];

/** An ensemble of so many members of a kind, over seeds. */
export interface ComparedEnsemble extends Pick<RetrainedStage, "members" | "accuracies" | "accuracy" | "churn"> {
  /** Bytes of the packed file, bit operations and milliseconds of an image; absent where it cannot be had. */
  readonly cost: Readonly<Partial<Record<Cost, number>>>;
}

/** A kind of net: weights and activations of so many bits. */
export interface ComparedKind {
  /** `1 bit`, `4 bits`, `32 bits`. */
  readonly name: string;
  /** Of weights and activations; 32: real numbers. */
  readonly bits: number;
  readonly binarizer: string;
  /** One a seed. */
  readonly runs: readonly { readonly folder: string; readonly seed: number }[];
  /** Whether bytes are those of a packed file; else they are counted. */
  readonly packed: boolean;
  /** Of 1, 2, … members. */
  readonly ensembles: readonly ComparedEnsemble[];
}

/** A net of more bits beside the largest ensemble of 1-bit nets that costs no more. */
export interface CostMatch {
  readonly cost: Cost;
  /** Name of the kind of more bits. */
  readonly against: string;
  readonly price: number;
  /** Of the 1-bit nets; 0: one alone costs more. */
  readonly members: number;
  /** Whether more members would still fit, but were not trained. */
  readonly isShort: boolean;
  /** What these members cost; absent without any. */
  readonly ensemblePrice?: number;
  /** Accuracy of the ensemble less that of the net: mean over seeds, with its 95 % interval by Student. */
  readonly difference?: Estimate;
}

/** More bits per network, or more networks per bit? Plain JSON. */
export interface CostComparison {
  /** Of this structure: docs/compare.md describes it. */
  readonly format: 1;
  readonly name: string;
  readonly architecture: string;
  readonly voter: string;
  readonly seeds: readonly number[];
  /** Test images. */
  readonly rows: number;
  /** 1-bit nets first, then by bits. */
  readonly kinds: readonly ComparedKind[];
  readonly matches: readonly CostMatch[];
  /** What milliseconds were measured on; absent: they were not. */
  readonly machine?: string;
  /** The answer, a sentence. */
  readonly answer: string;
  readonly notes: readonly string[];
}
