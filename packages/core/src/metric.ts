import type * as tf from "./tensorflow.ts";
import type { InjectionToken } from "tsyringe";
import type { Registry } from "./registry.ts";

/** How a metric is shown. Plain JSON in a run's first event, so that screens and reports know every metric from the log alone. */
export interface MetricInfo {
  /** Key of its values in events and files. */
  readonly name: string;
  /** Name for people, as in the middle of a sentence: "top-5 accuracy". */
  readonly title: string;
  /** `%`: values are shares in [0, 1], shown in percent. Otherwise a unit that follows the number, or "". */
  readonly unit: string;
  readonly better: "higher" | "lower";
}

/** A measure of a member's logits or of the scores of a vote. */
export interface Metric extends Omit<MetricInfo, "name"> {
  /** Whether it is meaningful for this number of classes. Absent: always. */
  applies?(classes: number): boolean;
  /** True for a metric of logits alone. It is not computed for votes, whose scores have another scale. */
  readonly membersOnly?: boolean;
  /**
   * @param scores [rows, classes]: logits of a member, or scores of a vote
   * @param labels [rows]
   * @returns a finite number; NaN without rows
   */
  of(scores: Float32Array | Float64Array, labels: Int32Array): number;
  /**
   * The metric's sum over the rows of a training batch, computed on the device so that logits stay there; for metrics that are a mean over
   * rows. A member's best epoch is chosen by the first metric of the run that has this method. Absent: not measured during training. Called
   * inside a `tf.tidy`.
   * @param logits [batch, classes]
   * @param labels [batch], int32
   */
  sum?(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Scalar;
}

export const METRICS: InjectionToken<Registry<Metric>> = Symbol.for("benn.metrics");
