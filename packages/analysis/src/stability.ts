import type { RetrainedStage } from "./retrainings.ts";
import type { DrawSummary } from "./summarize-draws.ts";

/** What is disturbed, and how much. */
export interface Noise {
  /** `weights`: bits of kernels are flipped; `activations`: bits of activations; `images`: normal noise is added. */
  readonly kind: "weights" | "activations" | "images";
  /** Share of the bits, 0 to 1; of images the standard deviation of the noise. */
  readonly level: number;
  /** `deviations`: of the picture as the network gets it; `pixels`: 0 to 255. */
  readonly unit: "share" | "deviations" | "pixels";
}

/** A noise, and what it does to the votes of an ensemble. */
export type MeasuredNoise = Noise & DrawSummary;

/** How stable the answers of an ensemble are. Plain JSON. */
export interface Stability {
  /** Of this structure: docs/stability.md describes it. */
  readonly format: 1;
  readonly folder: string;
  readonly voter: string;
  readonly seed: number;
  /** Test rows that noise was measured on, and draws of each noise. */
  readonly rows: number;
  readonly draws: number;
  /** Those that vote, in order, with the SHA-256 of their weights. */
  readonly members: readonly { readonly member: number; readonly weights: string }[];
  /** Accuracy on these rows without noise: of a member alone on average, and of the vote of the first 1, 2, … members. */
  readonly clean: { readonly single: number; readonly stages: readonly number[] };
  readonly noise: readonly MeasuredNoise[];
  /** Trainings that differ by their seed, if there are any to compare with; on all test rows. */
  readonly retrainings?: {
    readonly runs: readonly { readonly folder: string; readonly seed: number }[];
    readonly rows: number;
    readonly stages: readonly RetrainedStage[];
  };
  /** What to know of these numbers, a sentence each. */
  readonly notes: readonly string[];
}
