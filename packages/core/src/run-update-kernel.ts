import type * as tf from "./tensorflow.ts";
import { runTrainingKernel, type TrainingKernel } from "./kernels.ts";
import type { ParameterStep, ParameterUpdate } from "./optimizer.ts";

/**
 * Updates all of these parameters by one kernel of the backend, if it has it.
 * @param slots the optimizer's slots by their names in the kernel's inputs (`firstMoment` for firstMoment0, firstMoment1 …), in the order
 *   of its outputs
 * @returns undefined if the backend has no such kernel
 */
export function runUpdateKernel(
  name: TrainingKernel,
  steps: readonly ParameterStep[],
  slots: Readonly<Record<string, string>>,
  attributes: Readonly<Record<string, number>>,
): ParameterUpdate[] | undefined {
  const inputs: Record<string, tf.Tensor> = {};
  for (const [i, step] of steps.entries()) {
    inputs[`weight${i}`] = step.weight;
    inputs[`gradient${i}`] = step.gradient;
    for (const [input, slot] of Object.entries(slots)) inputs[`${input}${i}`] = slotOf(step, slot);
  }
  const outputs = runTrainingKernel(name, inputs, attributes);
  const names = Object.values(slots);
  return (
    outputs &&
    steps.map((_, i) => {
      const [weight, ...values] = outputs.slice(i * (1 + names.length), (i + 1) * (1 + names.length)) as [tf.Tensor, ...tf.Tensor[]];
      return { weight, slots: Object.fromEntries(values.map((value, at) => [names[at], value])) };
    })
  );
}

/** A slot of a parameter. */
export function slotOf({ parameter, slots }: ParameterStep, name: string): tf.Tensor {
  const slot = slots[name];
  if (!slot) throw new Error(`${parameter.name} has no slot "${name}".`);
  return slot;
}
