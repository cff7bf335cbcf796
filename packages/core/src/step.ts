/** Whether tensors are computed to learn or to score, and the seed of this very step for layers that draw. */
export interface Step {
  readonly training: boolean;
  /** 32-bit, derived from (run seed, member, epoch, step); layers derive their own from it with their name. */
  readonly seed: number;
  /**
   * Which part of the step's batch, from 0, where it is computed in parts (`gradientAccumulationSteps`); absent: all of it.
   * The parts have one seed: what is drawn for a weight stays for all of them, what is drawn for a row needs the part's number too.
   */
  readonly part?: number;
  /** Epoch of the member, from 0, and its epochs: in evaluation the two are equal, so that estimators which are annealed have their final form. */
  readonly epoch: number;
  readonly epochs: number;
}

/** The step of every evaluation: nothing is drawn, and what is annealed has its final form. */
export const EVALUATION: Step = { training: false, seed: 0, epoch: 1, epochs: 1 };

/**
 * A layer that does something before each training step and before each evaluation: a binary layer projects its
 * latent kernel, a dropout layer takes its seed. The trainer calls `prepare` on every layer that has it, before each part of
 * a step; what changes a weight belongs before the first (part 0).
 */
export interface StepAware {
  prepare(step: Step): void;
}

export function isStepAware(layer: object): layer is StepAware {
  return "prepare" in layer && typeof layer.prepare === "function";
}
