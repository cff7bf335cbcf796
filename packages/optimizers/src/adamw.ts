import { type Optimizer, z } from "@benn/core";
import { ADAM_SLOTS, updateByAdam } from "@benn/core/internals";
import { decayOptions, updateByDecay } from "./decay.ts";

export const adamwOptions = z.object({
  ...decayOptions(0.01, "decoupled: in each step weights shrink by learning rate · weightDecay"),
  beta1: z.number().min(0).lt(1).default(0.9).describe("decay of the first moment"),
  beta2: z.number().min(0).lt(1).default(0.999).describe("decay of the second moment"),
});

/**
 * Adam with decoupled weight decay: the moments use the gradient g unchanged, and
 *
 *     w ← (1 − rate · weightDecay) w − rate · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
 *
 * where `rate` is the learning rate of the step, as in PyTorch's `AdamW`, so that a schedule lowers both terms alike; ε = 1e−8.
 * @see I. Loshchilov and F. Hutter, "Decoupled Weight Decay Regularization", ICLR 2019, algorithm 2
 */
export function adamw({ beta1, beta2, ...decay }: z.output<typeof adamwOptions>): Optimizer {
  return {
    slots: ADAM_SLOTS,
    update: (steps, at) =>
      updateByDecay(steps, decay, (own, decoupledDecay) => updateByAdam(own, at, { beta1, beta2, weightDecay: 0, decoupledDecay })),
  };
}
