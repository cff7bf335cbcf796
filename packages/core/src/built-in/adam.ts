import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { runTrainingKernel } from "../kernels.ts";
import type { Optimizer, ParameterStep, ParameterUpdate, UpdateStep } from "../optimizer.ts";

const EPSILON = 1e-8;

export const adamOptions = z.object({
  weightDecay: z.number().min(0).default(1e-5).describe("L2, added to the gradient of every parameter"),
  beta1: z.number().min(0).lt(1).default(0.9).describe("decay of the first moment"),
  beta2: z.number().min(0).lt(1).default(0.999).describe("decay of the second moment"),
});

/**
 * Adam with coupled weight decay: with `g ← g + weightDecay · w`,
 *
 *     m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²,   w ← w − rate · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
 *
 * for every parameter, biases and batch-norm scales included, as PyTorch's `Adam(weight_decay=…)` does; ε = 1e−8.
 * @see D. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1
 */
export function adam(options: z.output<typeof adamOptions>): Optimizer {
  return {
    slots: ["firstMoments", "secondMoments"],
    update: (steps, at) => inOneKernel(steps, at, options) ?? steps.map((step) => composed(step, at, options)),
  };
}

/** By the backend's kernel, if it has one. */
function inOneKernel(
  steps: readonly ParameterStep[],
  { learningRate, step }: UpdateStep,
  options: z.output<typeof adamOptions>,
): ParameterUpdate[] | undefined {
  const inputs: Record<string, tf.Tensor> = {};
  for (const [i, { weight, gradient, slots }] of steps.entries()) {
    inputs[`weight${i}`] = weight;
    inputs[`gradient${i}`] = gradient;
    inputs[`firstMoment${i}`] = momentOf(slots, "firstMoments");
    inputs[`secondMoment${i}`] = momentOf(slots, "secondMoments");
  }
  const { beta1, beta2, weightDecay } = options;
  const outputs = runTrainingKernel("AdamStep", inputs, { learningRate, beta1, beta2, epsilon: EPSILON, weightDecay, step });
  return (
    outputs &&
    steps.map((_, i) => {
      const [weight, firstMoments, secondMoments] = outputs.slice(3 * i, 3 * i + 3) as [tf.Tensor, tf.Tensor, tf.Tensor];
      return { weight, slots: { firstMoments, secondMoments } };
    })
  );
}

function composed(
  { weight, gradient, slots }: ParameterStep,
  { learningRate, step }: UpdateStep,
  { weightDecay, beta1, beta2 }: z.output<typeof adamOptions>,
): ParameterUpdate {
  const g = tf.add(gradient, tf.mul(weight, weightDecay));
  const firstMoments = tf.add(tf.mul(momentOf(slots, "firstMoments"), beta1), tf.mul(g, 1 - beta1));
  const secondMoments = tf.add(tf.mul(momentOf(slots, "secondMoments"), beta2), tf.mul(tf.square(g), 1 - beta2));
  const denominator = tf.add(tf.div(tf.sqrt(secondMoments), Math.sqrt(1 - beta2 ** step)), EPSILON);
  const change = tf.mul(tf.div(firstMoments, denominator), learningRate / (1 - beta1 ** step));
  return { weight: tf.sub(weight, change), slots: { firstMoments, secondMoments } };
}

function momentOf(slots: ParameterStep["slots"], name: string): tf.Tensor {
  const moment = slots[name];
  if (!moment) throw new Error(`adam: has no slot "${name}".`);
  return moment;
}
