import type { ClassReport, Confusion, FixedAndBroke, Interval } from "@benn/analysis";

/** What the logits of a run's members say, beyond its events. Plain values, which pass between threads. */
export interface VoteInsight {
  readonly classes: readonly string[];
  readonly rows: number;
  /** Of each trained member, in order. */
  readonly members: readonly {
    readonly member: number;
    readonly accuracy: number;
    readonly interval: Interval;
    /** How often it answers each class [classes]. */
    readonly counts: readonly number[];
    /** Whether it votes. */
    readonly votes: boolean;
  }[];
  /** Of the votes of the first 1, 2, … voting members by the run's voter. */
  readonly stages: readonly { readonly accuracy: number; readonly interval: Interval }[];
  /** Share of rows that two members answer differently [members][members]. */
  readonly disagreement: readonly (readonly number[])[];
  /** Of the second voting member, the third … */
  readonly fixedAndBroke: readonly FixedAndBroke[];
  /** Of the final vote [classes]. */
  readonly byClass: readonly ClassReport[];
  /** [classes × classes] of the final vote: a row for each label. */
  readonly confusion: readonly number[];
  readonly confusions: readonly Confusion[];
}

/** Sample weights, round by round. */
export interface WeightInsight {
  readonly classes: readonly string[];
  readonly rounds: readonly {
    readonly member: number;
    readonly rows: number;
    readonly effective: number;
    /** Rows whose weight is at least 2^low times the mean, and less than twice that. */
    readonly bins: readonly { readonly low: number; readonly rows: number }[];
  }[];
  /** The images that weigh most in the last round. */
  readonly heaviest: readonly {
    readonly row: number;
    readonly times: number;
    readonly label: number;
    /** Answers of the voting members. */
    readonly votes: readonly number[];
    readonly picture?: { readonly width: number; readonly height: number; /** [height × width × 3], 0 to 255 */ readonly rgb: Uint8Array };
  }[];
}

export interface Insights {
  readonly votes: VoteInsight;
  readonly weights: WeightInsight;
}

/** What is known of the run folder so far, by what views need. */
export type InsightState = {
  readonly [K in keyof Insights]?: { readonly found?: Insights[K]; readonly isLoading?: boolean; readonly error?: string };
};
