import type * as tf from "@tensorflow/tfjs";
import type { InjectionToken } from "tsyringe";
import type { Registry } from "./registry.ts";

/** A trainable weight of a member's model. */
export interface Parameter {
  /** Name that checkpoints save it by, `conv1/kernel`. */
  readonly name: string;
  readonly variable: tf.Variable;
  /** Whether it is the latent kernel of a layer whose binarizer makes 1-bit kernels. */
  readonly isBinaryKernel: boolean;
}

/** One parameter in one step. All tensors have the parameter's shape. Not to be changed or disposed. */
export interface ParameterStep {
  readonly parameter: Omit<Parameter, "variable">;
  readonly weight: tf.Tensor;
  readonly gradient: tf.Tensor;
  /** By the names of `Optimizer.slots`. */
  readonly slots: Readonly<Record<string, tf.Tensor>>;
}

/** New tensors in the parameter's shape, or those of the step where nothing changes. Core keeps and disposes them. */
export interface ParameterUpdate {
  readonly weight: tf.Tensor;
  readonly slots: Readonly<Record<string, tf.Tensor>>;
}

export interface UpdateStep {
  readonly learningRate: number;
  /** What the schedule makes of the configuration's learning rate in this step, as a share of it: 1 where it stays as it is. */
  readonly scheduled: number;
  /** Steps taken by the member, this one included: from 1. */
  readonly step: number;
}

/** An update rule over named parameters. It keeps nothing of its own between steps: what it must remember it keeps in slots. */
export interface Optimizer {
  /** Names of the tensors kept for each parameter, in its shape, 0 at first. Checkpoints save them, so a resumed run goes on with the same bytes. */
  readonly slots: readonly string[];
  /** Whether the rule updates this parameter; it is left to the next optimizer of the list otherwise. Absent: every parameter. */
  claims?(parameter: Omit<Parameter, "variable">): boolean;
  /**
   * Updates parameters, several at a time so that a backend can do them in one kernel. Called inside a `tf.tidy`.
   * @returns one update for each step, in the same order
   */
  update(steps: readonly ParameterStep[], step: UpdateStep): ParameterUpdate[];
}

export const OPTIMIZERS: InjectionToken<Registry<Optimizer>> = Symbol.for("benn.optimizers");
