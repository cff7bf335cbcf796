import { definePlugin, type Optimizer, OPTIMIZERS, z } from "@benn/core";
import * as tf from "@benn/core/tensorflow";

/** Gradient descent with momentum: v ← momentum · v + g, w ← w − learning rate · v. Core keeps, saves and restores v. */
export const myOptimizer = (momentum: number): Optimizer => ({
  slots: ["velocity"],
  update: (steps, { learningRate }) =>
    steps.map(({ weight, gradient, slots }) => {
      const velocity = tf.add(tf.mul(slots["velocity"]!, momentum), gradient);
      return { weight: tf.sub(weight, tf.mul(velocity, learningRate)), slots: { velocity } };
    }),
});

export default definePlugin({
  name: "my-optimizer",
  register(container) {
    container.resolve(OPTIMIZERS).add("my-optimizer", {
      description: "gradient descent with momentum",
      options: z.object({ momentum: z.number().min(0).lt(1).default(0.9).describe("share of the velocity that a step keeps") }),
      create: ({ momentum }) => myOptimizer(momentum),
    });
  },
});
