import type { RetrainedStage } from "./retrainings.ts";
import type { DrawSummary } from "./summarize-draws.ts";

/** What is disturbed, and how strongly. */
export interface Noise {
  /** `weights`: bits of kernels are flipped; `activations`: bits of activations; `images`: normal noise is added. */
  readonly kind: "weights" | "activations" | "images";
  /** Share of the bits, 0 to 1; for images the standard deviation of the noise. */
  readonly level: number;
  /** `deviations`: of the network's input image; `pixels`: 0 to 255. */
  readonly unit: "share" | "deviations" | "pixels";
}

/** A noise and its effect on the votes of an ensemble. */
export type MeasuredNoise = Noise & DrawSummary;

/** The stability of an ensemble's predictions. Plain JSON. */
export interface Stability {
  /** Version of this structure, which docs/stability.md describes. */
  readonly format: 1;
  readonly folder: string;
  readonly voter: string;
  readonly seed: number;
  /** Test rows that noise was measured on, and draws of each noise. */
  readonly rows: number;
  readonly draws: number;
  /** The voting members, in order, with the SHA-256 of their weights. */
  readonly members: readonly { readonly member: number; readonly weights: string }[];
  /** Accuracy on these rows without noise: of a single member on average, and of the vote of the first 1, 2, … members. */
  readonly clean: { readonly single: number; readonly stages: readonly number[] };
  readonly noise: readonly MeasuredNoise[];
  /** Trainings that differ by their seed, if there are any to compare with; on all test rows. */
  readonly retrainings?: {
    readonly runs: readonly { readonly folder: string; readonly seed: number }[];
    readonly rows: number;
    readonly stages: readonly RetrainedStage[];
  };
  /** Notes on these numbers, one sentence each. */
  readonly notes: readonly string[];
}
