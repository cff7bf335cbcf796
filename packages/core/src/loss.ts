import type * as tf from "@tensorflow/tfjs";
import type { InjectionToken } from "tsyringe";
import type { Registry } from "./registry.ts";

export interface LossRows {
  /** [batch, classes] */
  readonly logits: tf.Tensor2D;
  /** [batch], int32 */
  readonly labels: tf.Tensor1D;
  /** [batch, classes], of a loss that has a `teacher`. */
  readonly teacherLogits?: tf.Tensor2D;
  /** Epoch, from 0, and epochs of the member. */
  readonly epoch: number;
  readonly epochs: number;
}

/** What training minimizes. */
export interface Loss {
  /**
   * Run folder of a teacher, trained on the same training rows: the loss is given the mean of its members' logits by their vote weights, as
   * they were stored when it was trained (of the rows without augmentation). Absent: no teacher.
   */
  readonly teacher?: string;
  /**
   * Loss of each row [batch], differentiable by the logits. Core takes the mean over the rows, weighted where a scheme weighs
   * the loss. Called inside a `tf.tidy`.
   */
  rows(batch: LossRows): tf.Tensor1D;
}

export const LOSSES: InjectionToken<Registry<Loss>> = Symbol.for("benn.losses");
