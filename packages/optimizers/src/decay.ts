import { type ParameterStep, type ParameterUpdate, z } from "@benn/core";

/** Options of optimizers with weight decay. */
export const decayOptions = (weightDecay: number, description: string) => ({
  weightDecay: z.number().min(0).default(weightDecay).describe(description),
  decay: z.enum(["all", "kernels"]).default("all").describe("which parameters decay: all, or kernels alone, no bias and no batch norm"),
});

/**
 * Updates the parameters with weight decay and, separately, those without: each group at once, so that a backend can do so in one kernel.
 * @see P. Goyal et al., "Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour", 2017, section 5.1: no decay of batch norm;
 *   T. He et al., "Bag of Tricks for Image Classification with Convolutional Neural Networks", CVPR 2019, section 3.1: nor of biases
 */
export function updateByDecay(
  steps: readonly ParameterStep[],
  { weightDecay, decay }: { readonly weightDecay: number; readonly decay: "all" | "kernels" },
  update: (steps: readonly ParameterStep[], weightDecay: number) => ParameterUpdate[],
): ParameterUpdate[] {
  const decays = ({ parameter }: ParameterStep): boolean => decay === "all" || /(^|\/)kernel$/.test(parameter.name);
  const updates = new Map<ParameterStep, ParameterUpdate | undefined>();
  for (const [isDecayed, rate] of [
    [true, weightDecay],
    [false, 0],
  ] as const) {
    const own = steps.filter((step) => decays(step) === isDecayed);
    const made = own.length > 0 ? update(own, rate) : [];
    for (const [i, step] of own.entries()) updates.set(step, made[i]);
  }
  return steps.map((step) => updates.get(step)).filter((made) => made !== undefined);
}
