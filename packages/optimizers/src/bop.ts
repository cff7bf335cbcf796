import { type Optimizer, type ParameterStep, type ParameterUpdate, z } from "@benn/core";
import { runUpdateKernel, slotOf } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";

export const bopOptions = z.object({
  gamma: z.number().positive().max(1).default(1e-4).describe("adaptivity γ: share of the gradient in its average; a schedule lowers it"),
  threshold: z.number().min(0).default(1e-8).describe("τ: what the averaged gradient must exceed for a weight to flip"),
});

/**
 * Bop, the binary optimizer: there are no latent weights, only signs, and an average m of their gradients decides which to flip.
 *
 *     m ← (1 − γ) m + γ g,   s ← −s where s · m > τ   (|m| exceeds τ, with the sign of the weight)
 *
 * γ is `gamma` times the scheduled share of the learning rate, at most 1: the authors decay γ as others decay the learning rate. The
 * learning rate itself has no effect. Bop claims only binary kernels; list another optimizer after it for the rest.
 *
 * Kernels that are not signs yet, fresh ones or those of a run with another optimizer, are replaced by their sign (+1 at 0) in the first
 * step. Use it with a binarizer that leaves signs unchanged and passes their gradients on: `sign`. With one that scales and centres, such
 * as `deterministic`, the same signs flip, but the gradient is n times as large (n weights per filter) and includes the scale's share, and
 * where a filter's weights agree in all input channels, centring turns them into 0, which counts as +1.
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
