import * as tf from "../tensorflow.ts";
import type { Loss } from "../loss.ts";
import type { Optimizer } from "../optimizer.ts";
import { memberOptimizer } from "./member-optimizer.ts";
import { SignConv2D } from "./sign-conv2d.ts";
import { createStep } from "./train-step.ts";

/** Σ logits² / 2 of each row. */
const halfSquares: Loss = { rows: ({ logits }) => tf.div<tf.Tensor1D>(tf.sum(tf.square(logits), 1), 2) };

/** w − rate · gradient. */
const gradientDescent: Optimizer = {
  slots: [],
  update: (steps, { learningRate }) =>
    steps.map(({ weight, gradient }) => ({ weight: tf.sub(weight, tf.mul(gradient, learningRate)), slots: {} })),
};

/**
 * Results of a training step of a small binary network, and their expected values, computed by hand. The image is 1 … 9, and a real
 * convolution gives u = x ∗ k + b = [−1.2, −0.2, 1.8, 2.8], whose signs are [−1, −1, 1, 1]. Two filters of signs then give the logits
 * [−1, −1], so the loss Σ y²/2 is 1 and dy = y. The filters' gradients are dy · sign(u) = [1, 1, −1, −1]. Those of the signs are
 * [−1, −1, 0, 0]; only the second passes, since |u| < 1 holds only there; hence db = −1 and dk = −[2, 3, 5, 6]. The learning rate is 1.
 * Both filters have the same |dy| and the same scale, so a backend that rounds gradients to integers gets these numbers too.
 */
export async function takeKnownStep(): Promise<{ readonly numbers: readonly number[]; readonly known: readonly number[] }> {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ name: "real", inputShape: [3, 3, 1], filters: 1, kernelSize: 2 }),
      new SignConv2D({ name: "signs", filters: 2, kernelSize: 2 }),
      tf.layers.flatten(),
    ],
  });
  tf.tidy(() =>
    model.setWeights([
      tf.tensor4d([0.4, -0.4, 0.8, 0.2], [2, 2, 1, 1]),
      tf.tensor1d([-5]),
      tf.tensor4d([0.5, 0.5, 0.5, 0.5, 0.5, -0.5, -0.5, 0.5], [2, 2, 1, 2]), // [1, 1, 1, −1] / 2 and [1, 1, −1, 1] / 2, tap by tap
    ]),
  );
  const optimizer = memberOptimizer(model, [{ name: "gradient descent", optimizer: gradientDescent }]);
  try {
    const { loss } = createStep({ model, optimizer, loss: halfSquares })({
      images: () => tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]),
      labels: Int32Array.of(0),
      learningRate: 1,
      seed: 0,
      epoch: 0,
      epochs: 1,
    });
    const numbers = [...(await loss.data())];
    loss.dispose();
    for (const weight of model.weights) numbers.push(...(await weight.read().data()));
    const known = [1, 2.4, 2.6, 5.8, 6.2, -4, -0.5, -0.5, -0.5, -0.5, 1.5, 0.5, 0.5, 1.5];
    return { numbers, known };
  } finally {
    optimizer.dispose();
    model.dispose();
  }
}
