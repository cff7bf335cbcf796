import { type Optimizer, type ParameterStep, type ParameterUpdate, z } from "@benn/core";
import { runUpdateKernel, slotOf } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";

export const bopOptions = z.object({
  gamma: z.number().positive().max(1).default(1e-4).describe("adaptivity γ: share of the gradient in its average; a schedule lowers it"),
  threshold: z.number().min(0).default(1e-8).describe("τ: what the averaged gradient must exceed for a weight to flip"),
});

/**
 * Bop, the binary optimizer: there are no latent weights, only signs, and an average m of their gradients says which to flip.
 *
 *     m ← (1 − γ) m + γ g,   s ← −s where s · m > τ   (|m| exceeds τ, with the sign of the weight)
 *
 * γ is `gamma` times the share of the learning rate that the schedule gives the step, at most 1: the authors decay γ as others do the rate. The
 * learning rate itself does not matter. It claims binary kernels alone; name another optimizer behind it for the rest.
 *
 * Kernels that are not yet signs, fresh ones or those of a run with another optimizer, are taken by their sign (+1 at 0) in the first step.
 * It goes with a binarizer that leaves signs as they are and passes their gradients on, `sign`. Under one that scales and centres, `deterministic`,
 * flips are the same signs' flips, but the gradient is n times as large (n weights a filter), holds the scale's share too, and where a filter's
 * weights agree in all input channels centring makes 0 of them, which counts as +1.
 * @see K. Helwegen et al., "Latent Weights Do Not Exist: Rethinking Binarized Neural Network Optimization", NeurIPS 2019, algorithm 1
 */
export function bop({ gamma, threshold }: z.output<typeof bopOptions>): Optimizer {
  return {
    slots: ["average"],
    claims: ({ isBinaryKernel }) => isBinaryKernel,
    update: (steps, { scheduled }) => {
      const rule = { gamma: Math.min(1, gamma * scheduled), threshold };
      return runUpdateKernel("BopStep", steps, { average: "average" }, rule) ?? steps.map((step) => composed(step, rule));
    },
  };
}

function composed(step: ParameterStep, { gamma, threshold }: { readonly gamma: number; readonly threshold: number }): ParameterUpdate {
  const average = tf.add(tf.mul(slotOf(step, "average"), 1 - gamma), tf.mul(step.gradient, gamma));
  const signs = tf.sub(1, tf.mul(tf.cast(tf.less(step.weight, 0), "float32"), 2));
  const flips = tf.cast(tf.greater(tf.mul(signs, average), threshold), "float32");
  return { weight: tf.mul(signs, tf.sub(1, tf.mul(flips, 2))), slots: { average } };
}
