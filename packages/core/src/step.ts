/** Whether tensors are computed to learn or to score, and the seed of this very step for layers that draw. */
export interface Step {
  readonly training: boolean;
  /** 32-bit, derived from (run seed, member, epoch, step); layers derive their own from it with their name. */
  readonly seed: number;
}

/**
 * A layer that does something before each training step and before each evaluation: a binary layer projects its
 * latent kernel, a dropout layer takes its seed. The trainer calls `prepare` on every layer that has it.
 */
export interface StepAware {
  prepare(step: Step): void;
}

export function isStepAware(layer: object): layer is StepAware {
  return "prepare" in layer && typeof layer.prepare === "function";
}
