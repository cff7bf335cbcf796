import type * as tf from "./tensorflow.ts";
import type { InjectionToken } from "tsyringe";
import type { Registry } from "./registry.ts";

export interface LossRows {
  /** [batch, classes] */
  readonly logits: tf.Tensor2D;
  /** [batch], int32 */
  readonly labels: tf.Tensor1D;
  /** [batch, classes]; present if the loss has a `teacher`. */
  readonly teacherLogits?: tf.Tensor2D;
  /** Σ alpha · logits of the members so far [batch, classes], and Σ alpha; present if the run's scheme is additive. */
  readonly ensemble?: { readonly logits: tf.Tensor2D; readonly weight: number };
  /** Current epoch of the member, from 0, and its number of epochs. */
  readonly epoch: number;
  readonly epochs: number;
}

/** What training minimizes. */
export interface Loss {
  /**
   * Run folder of a teacher, which was trained on the same training rows. The loss receives the mean of its members' logits, weighted by
   * their vote weights, as stored when the teacher was trained (on rows without augmentation). Absent: no teacher.
   */
  readonly teacher?: string;
  /** True when it needs `ensemble`: core refuses it with a scheme that is not additive. */
  readonly additive?: boolean;
  /**
   * Loss of each row [batch], differentiable in the logits. Core takes the mean over the rows, weighted if the scheme weights the loss.
   * Called inside a `tf.tidy`.
   */
  rows(batch: LossRows): tf.Tensor1D;
}

export const LOSSES: InjectionToken<Registry<Loss>> = Symbol.for("benn.losses");
