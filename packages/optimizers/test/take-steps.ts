import type { Optimizer, ParameterStep } from "@benn/core";
import * as tf from "@benn/core/tensorflow";

/**
 * Takes steps with these gradients of one parameter, with a learning rate of 0.05, by stock kernels.
 * @param scheduled share of the learning rate in each step; the rate itself is constant
 * @returns the final weights
 */
export function takeSteps(
  optimizer: Optimizer,
  {
    name = "conv1/kernel",
    start,
    gradients,
  }: { readonly name?: string; readonly start: readonly number[]; readonly gradients: readonly (readonly number[])[] },
  scheduled: readonly number[] = gradients.map(() => 1),
): number[] {
  return tf.tidy(() => {
    let weight: tf.Tensor = tf.tensor1d([...start]);
    let slots: ParameterStep["slots"] = Object.fromEntries(optimizer.slots.map((slot) => [slot, tf.zerosLike(weight)]));
    for (const [i, gradient] of gradients.entries()) {
      const step = { parameter: { name, isBinaryKernel: true }, weight, gradient: tf.tensor1d([...gradient]), slots };
      const [update] = optimizer.update([step], { learningRate: 0.05, scheduled: scheduled[i] ?? 1, step: i + 1 });
      if (!update) throw new Error("no update");
      ({ weight, slots } = update);
    }
    return [...weight.dataSync()];
  });
}
