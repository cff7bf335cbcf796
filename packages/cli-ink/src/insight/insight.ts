import type { ClassReport, Confusion, FixedAndBroke, Interval } from "@benn/analysis";

/** What the logits of a run's members show, beyond its events. Plain values, which can be sent between threads. */
export interface VoteInsight {
  readonly classes: readonly string[];
  readonly rows: number;
  /** Each trained member, in order. */
  readonly members: readonly {
    readonly member: number;
    readonly accuracy: number;
    readonly interval: Interval;
    /** How often it predicts each class [classes]. */
    readonly counts: readonly number[];
    /** Whether it votes. */
    readonly votes: boolean;
  }[];
  /** Votes of the first 1, 2, … voting members by the run's voter. */
  readonly stages: readonly { readonly accuracy: number; readonly interval: Interval }[];
  /** Share of rows for which two members predict different classes [members][members]. */
  readonly disagreement: readonly (readonly number[])[];
  /** For the second voting member, the third … */
  readonly fixedAndBroke: readonly FixedAndBroke[];
  /** For the final vote [classes]. */
  readonly byClass: readonly ClassReport[];
  /** [classes × classes] of the final vote, one row per label. */
  readonly confusion: readonly number[];
  readonly confusions: readonly Confusion[];
}

/** Sample weights, by round. */
export interface WeightInsight {
  readonly classes: readonly string[];
  readonly rounds: readonly {
    readonly member: number;
    readonly rows: number;
    readonly effective: number;
    /** Rows whose weight is at least 2^low times the mean, and less than twice that. */
    readonly bins: readonly { readonly low: number; readonly rows: number }[];
  }[];
  /** The images with the largest weights in the last round. */
  readonly heaviest: readonly {
    readonly row: number;
    readonly times: number;
    readonly label: number;
    /** Predictions of the voting members. */
    readonly votes: readonly number[];
    readonly picture?: { readonly width: number; readonly height: number; /** [height × width × 3], 0 to 255 */ readonly rgb: Uint8Array };
  }[];
}

export interface Insights {
  readonly votes: VoteInsight;
  readonly weights: WeightInsight;
}

/** What has been read from the run folder so far, by what views need. */
export type InsightState = {
  readonly [K in keyof Insights]?: { readonly found?: Insights[K]; readonly isLoading?: boolean; readonly error?: string };
};
