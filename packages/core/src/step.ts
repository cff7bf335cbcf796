/** What layers compute next: a training step or an evaluation, at which point of the member's training, with which seed. */
export interface Step {
  readonly training: boolean;
  /** 32-bit, derived from (run seed, member, epoch, step); layers derive their own from it with their name. */
  readonly seed: number;
  /**
   * Which part of the step's batch, from 0, where it is computed in parts (`gradientAccumulationSteps`); absent: all of it.
   * The parts have one seed: what is drawn for a weight stays for all of them, what is drawn for a row needs the part's number too.
   */
  readonly part?: number;
  /**
   * The member's epoch, for what is annealed. In training from 0 to `epochs` − 1; it changes between epochs and not within one, as the
   * papers anneal. In evaluation always `epochs`: a member is scored in the final form of what is annealed, in which it is exported.
   */
  readonly epoch: number;
  /** Epochs of the member, at least 1. */
  readonly epochs: number;
}

/** The step of every evaluation, in the middle of training or after it. */
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
