import type * as tf from "./tensorflow.ts";
import type { InjectionToken } from "tsyringe";
import type { Registry } from "./registry.ts";

/** A trainable weight of a member's model. */
export interface Parameter {
  /** Name in checkpoints, `conv1/kernel`. */
  readonly name: string;
  readonly variable: tf.Variable;
  /** Whether it is the latent kernel of a layer whose binarizer makes 1-bit kernels. */
  readonly isBinaryKernel: boolean;
}

/** One parameter in one step. All tensors have the parameter's shape. Read only; do not dispose them. */
export interface ParameterStep {
  readonly parameter: Omit<Parameter, "variable">;
  readonly weight: tf.Tensor;
  readonly gradient: tf.Tensor;
  /** By the names of `Optimizer.slots`. */
  readonly slots: Readonly<Record<string, tf.Tensor>>;
}

/** New tensors in the parameter's shape, or those of the step if nothing changes. Core keeps and disposes them. */
export interface ParameterUpdate {
  readonly weight: tf.Tensor;
  readonly slots: Readonly<Record<string, tf.Tensor>>;
}

export interface UpdateStep {
  readonly learningRate: number;
  /** The scheduled learning rate of this step as a share of the configured one; 1 if the schedule leaves it unchanged. */
  readonly scheduled: number;
  /** Steps of the member so far, this one included: from 1. */
  readonly step: number;
}

/** An update rule over named parameters. It keeps no state of its own between steps: everything that it must remember goes into slots. */
export interface Optimizer {
  /**
   * Names of the tensors that are stored per parameter, in its shape, initially 0. Checkpoints save them, so a resumed run continues with
   * the same bytes.
   */
  readonly slots: readonly string[];
  /** Whether the rule updates this parameter; otherwise the next optimizer in the list may. Absent: every parameter. */
  claims?(parameter: Omit<Parameter, "variable">): boolean;
  /**
   * Updates several parameters at a time, so that a backend can do so in one kernel. Called inside a `tf.tidy`.
   * @returns one update per step, in the same order
   */
  update(steps: readonly ParameterStep[], step: UpdateStep): ParameterUpdate[];
}

export const OPTIMIZERS: InjectionToken<Registry<Optimizer>> = Symbol.for("benn.optimizers");
