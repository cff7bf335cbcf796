// Your own optimizer: Lion, which moves each weight by the sign of an average of gradients. Try it:
//
//     benn train --plugin ./examples/lion.ts --set optimizer=lion learningRate=3e-4
//
// X. Chen et al., "Symbolic Discovery of Optimization Algorithms", NeurIPS 2023, algorithm 2. It keeps one slot, half of what Adam keeps.
import { definePlugin, type Optimizer, OPTIMIZERS, z } from "@benn/core";
import * as tf from "@benn/core/tensorflow";

export interface LionOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly weightDecay: number;
}

export const lion = ({ beta1, beta2, weightDecay }: LionOptions): Optimizer => ({
  slots: ["average"], // core makes it 0, saves it in checkpoints and restores it
  update: (steps, { learningRate }) =>
    steps.map(({ weight, gradient, slots }) => {
      const average = slots["average"]!;
      const direction = tf.sign(tf.add(tf.mul(average, beta1), tf.mul(gradient, 1 - beta1)));
      const decayed = tf.add(direction, tf.mul(weight, weightDecay));
      return {
        weight: tf.sub(weight, tf.mul(decayed, learningRate)),
        slots: { average: tf.add(tf.mul(average, beta2), tf.mul(gradient, 1 - beta2)) },
      };
    }),
});

const share = (of: number) => z.number().min(0).lt(1).default(of);

export default definePlugin({
  name: "lion",
  register(container) {
    container.resolve(OPTIMIZERS).add("lion", {
      description: "sign of an average of gradients",
      options: z.object({
        beta1: share(0.9).describe("share of the average in the direction"),
        beta2: share(0.99).describe("share of the average that a step keeps"),
        weightDecay: z.number().min(0).default(0).describe("how much of a weight each step takes off, times the learning rate"),
      }),
      create: lion,
    });
  },
});
