import type * as tf from "@tensorflow/tfjs";
import type { InjectionToken } from "tsyringe";
import type { Registry } from "./registry.ts";

/** How a metric is shown. Plain JSON: a run's first event holds it, so that screens and reports know every metric from the log alone. */
export interface MetricInfo {
  /** Key of its values in events and files. */
  readonly name: string;
  /** For people, in the middle of a sentence: "top-5 accuracy". */
  readonly title: string;
  /** `%`: values are shares in [0, 1] and shown in percent. Else a word behind the number, or "". */
  readonly unit: string;
  readonly better: "higher" | "lower";
}

/** What a member's logits, or the scores of a vote, are measured by. */
export interface Metric extends Omit<MetricInfo, "name"> {
  /** Whether it says anything with so many classes. Absent: always. */
  applies?(classes: number): boolean;
  /** True for a metric of logits alone: the scores of a vote have another scale, so votes are not measured by it. */
  readonly membersOnly?: boolean;
  /**
   * @param scores [rows, classes]: logits of a member, or scores of a vote
   * @param labels [rows]
   * @returns a finite number; NaN without rows
   */
  of(scores: Float32Array | Float64Array, labels: Int32Array): number;
  /**
   * The metric's sum over the rows of a training batch, on the device, so that logits stay there: for a metric that is a mean over rows.
   * The best epoch of a member is chosen by the first metric of the run that has it. Absent: not measured while training. Called inside a
   * `tf.tidy`.
   * @param logits [batch, classes]
   * @param labels [batch], int32
   */
  sum?(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Scalar;
}

export const METRICS: InjectionToken<Registry<Metric>> = Symbol.for("benn.metrics");
