import { type Optimizer, type ParameterStep, type ParameterUpdate, z } from "@benn/core";
import { runUpdateKernel, slotOf } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import { decayOptions, updateByDecay } from "./decay.ts";

export const sgdOptions = z.object({
  momentum: z.number().min(0).lt(1).default(0.9).describe("share of the velocity that a step keeps"),
  nesterov: z.boolean().default(true).describe("look ahead along the velocity; false is plain momentum"),
  ...decayOptions(0, "L2, added to the gradient"),
});

/**
 * Stochastic gradient descent with momentum μ and coupled weight decay: with `g ← g + weightDecay · w`,
 *
 *     v ← μ v + g,   w ← w − rate · (g + μ v)
 *
 * or `w ← w − rate · v` without Nesterov's look-ahead. This is the form of PyTorch's `SGD`: the rate scales the velocity as a whole, while
 * in the paper the velocity contains the rates of earlier steps, so the two differ only while a schedule changes the rate.
 * @see I. Sutskever, J. Martens, G. Dahl and G. Hinton, "On the importance of initialization and momentum in deep learning", ICML 2013,
 *   equations 3 and 4
 */
export function sgd({ momentum, nesterov, ...decay }: z.output<typeof sgdOptions>): Optimizer {
  return {
    slots: ["velocity"],
    update: (steps, { learningRate }) =>
      updateByDecay(steps, decay, (own, weightDecay) => {
        const rule = { learningRate, momentum, nesterov: nesterov ? 1 : 0, weightDecay };
        return runUpdateKernel("SgdStep", own, { velocity: "velocity" }, rule) ?? own.map((step) => composed(step, rule));
      }),
  };
}

interface Rule {
  readonly learningRate: number;
  readonly momentum: number;
  readonly nesterov: number;
  readonly weightDecay: number;
}

function composed(step: ParameterStep, { learningRate, momentum, nesterov, weightDecay }: Rule): ParameterUpdate {
  const g = tf.add(step.gradient, tf.mul(step.weight, weightDecay));
  const velocity = tf.add(tf.mul(slotOf(step, "velocity"), momentum), g);
  const change = nesterov ? tf.add(g, tf.mul(velocity, momentum)) : velocity;
  return { weight: tf.sub(step.weight, tf.mul(change, learningRate)), slots: { velocity } };
}
