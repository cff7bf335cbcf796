import * as tf from "../tensorflow.ts";
import { z } from "zod";
import type { Optimizer, ParameterStep, ParameterUpdate, UpdateStep } from "../optimizer.ts";
import { runUpdateKernel, slotOf } from "../run-update-kernel.ts";

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
 * for every parameter, including biases and batch-norm scales, like PyTorch's `Adam(weight_decay=…)`; ε = 1e−8.
 * @see D. Kingma and J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1
 */
export function adam(options: z.output<typeof adamOptions>): Optimizer {
  return { slots: ADAM_SLOTS, update: (steps, at) => updateByAdam(steps, at, { ...options, decoupledDecay: 0 }) };
}

export const ADAM_SLOTS = ["firstMoments", "secondMoments"] as const;

export interface AdamSettings {
  /** 0 ≤ β < 1. */
  readonly beta1: number;
  readonly beta2: number;
  /** Multiplied by the weight and added to the gradient. */
  readonly weightDecay: number;
  /** The weight is first multiplied by 1 − rate · decoupledDecay. */
  readonly decoupledDecay: number;
}

/** One Adam step with either kind of weight decay, by a single kernel if the backend has it. */
export function updateByAdam(steps: readonly ParameterStep[], at: UpdateStep, settings: AdamSettings): ParameterUpdate[] {
  const { learningRate, step } = at;
  const { beta1, beta2, weightDecay, decoupledDecay } = settings;
  const slots = { firstMoment: "firstMoments", secondMoment: "secondMoments" };
  const attributes = { learningRate, beta1, beta2, epsilon: EPSILON, weightDecay, decoupledDecay, step };
  return runUpdateKernel("AdamStep", steps, slots, attributes) ?? steps.map((own) => composed(own, at, settings));
}

function composed(
  own: ParameterStep,
  { learningRate, step }: UpdateStep,
  { weightDecay, decoupledDecay, beta1, beta2 }: AdamSettings,
): ParameterUpdate {
  const { weight, gradient } = own;
  const g = tf.add(gradient, tf.mul(weight, weightDecay));
  const firstMoments = tf.add(tf.mul(slotOf(own, "firstMoments"), beta1), tf.mul(g, 1 - beta1));
  const secondMoments = tf.add(tf.mul(slotOf(own, "secondMoments"), beta2), tf.mul(tf.square(g), 1 - beta2));
  const denominator = tf.add(tf.div(tf.sqrt(secondMoments), Math.sqrt(1 - beta2 ** step)), EPSILON);
  const change = tf.mul(tf.div(firstMoments, denominator), learningRate / (1 - beta1 ** step));
  const decayed = decoupledDecay === 0 ? weight : tf.mul(weight, 1 - learningRate * decoupledDecay);
  return { weight: tf.sub(decayed, change), slots: { firstMoments, secondMoments } };
}
