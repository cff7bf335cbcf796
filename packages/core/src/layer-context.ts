/** What layers compute next: a training step or an evaluation, its position in the member's training, and its seed. */
export interface LayerContext {
  readonly training: boolean;
  /** 32-bit, derived from (run seed, member, epoch, step); layers derive their own seed from it with their name. */
  readonly seed: number;
  /**
   * Index of the part, from 0, if the batch is computed in parts (`gradientAccumulationSteps`); absent: the whole batch. All parts share
   * one seed: what is drawn per weight stays the same in all of them; what is drawn per row must also depend on the part.
   */
  readonly part?: number;
  /**
   * The member's epoch, for annealing. In training from 0 to `epochs` − 1; it changes only between epochs, as in the papers. In evaluation
   * it is always `epochs`: a member is scored in the final, fully annealed form, in which it is exported.
   */
  readonly epoch: number;
  /** Epochs of the member, at least 1. */
  readonly epochs: number;
}

/** The step of every evaluation, during training or after it. */
export const EVALUATION: LayerContext = { training: false, seed: 0, epoch: 1, epochs: 1 };

/**
 * A layer that acts before each training step and each evaluation: a binary layer projects its latent kernel, a dropout layer takes its
 * seed. The trainer calls `prepare` on every layer that has it, before each part of a step; changes of weights belong before the first
 * (part 0).
 */
export interface StepAware {
  prepare(step: LayerContext): void;
}

export function isStepAware(layer: object): layer is StepAware {
  return "prepare" in layer && typeof layer.prepare === "function";
}
