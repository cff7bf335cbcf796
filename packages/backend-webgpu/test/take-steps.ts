import { createContainer, LOSSES, OPTIMIZERS } from "@benn/core";
import { createStep, memberOptimizer } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";

/**
 * Trains a network for a few steps on two images, on the active TensorFlow.js backend, and disposes it.
 * @returns the loss of each step, the gradients of the first, and the number of tensors after each step
 */
export async function takeSteps(
  model: tf.LayersModel,
  steps: number,
): Promise<{ readonly losses: number[]; readonly gradients: Float32Array[]; readonly tensors: number[] }> {
  const container = createContainer();
  const adam = container.resolve(OPTIMIZERS).create({ name: "adam", weightDecay: 0 });
  const optimizer = memberOptimizer(model, [{ name: "adam", optimizer: adam }]);
  const kept: tf.Tensor[] = [];
  const takeStep = createStep({
    model,
    optimizer,
    loss: container.resolve(LOSSES).create("cross-entropy"),
    observer: { gradients: (gradients) => void kept.push(...[...gradients.values()].map((gradient) => gradient.clone())) },
  });
  const shape = (model.inputs[0]?.shape ?? []).slice(1) as [number, number, number];
  const pixels = Float32Array.from({ length: shape.reduce((product, n) => product * n, 2) }, (_, i) => Math.sin(i));
  const [losses, tensors]: [number[], number[]] = [[], []];
  let gradients: Float32Array[] = [];
  for (let step = 0; step < steps; step++) {
    const { loss } = takeStep({
      images: () => tf.tensor4d(pixels, [2, ...shape]),
      labels: Int32Array.of(0, 2),
      learningRate: 0.01,
      seed: step,
      epoch: 0,
      epochs: 1,
    });
    losses.push((await loss.data())[0] ?? Number.NaN);
    if (step === 0) gradients = await Promise.all(kept.map((gradient) => gradient.data<"float32">()));
    tf.dispose([loss, ...kept.splice(0)]);
    tensors.push(tf.memory().numTensors);
  }
  optimizer.dispose();
  model.dispose();
  return { losses, gradients, tensors };
}
