import { nin, ninOptions } from "@benn/arch-nin";
import { centreAndClip, deterministic } from "@benn/binarize";
import { Adam, type Binarizer, isStepAware, softmaxCrossEntropy } from "@benn/core";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { create, difference } from "../test/use-software-gpu.ts";
import { BACKEND_NAME } from "./register.ts";

/** A binary net without jumps: a sign would turn the last bit of a float into another net. */
const clipping: Binarizer = {
  bits: { activations: 32, kernel: 32 },
  activations: (x) => tf.clipByValue(x, -1, 1),
  kernel: (w) => tf.clipByValue(w, -1, 1),
  project: centreAndClip,
};

async function train(backend: string, binarizer: Binarizer, steps: number): Promise<{ values: Float32Array[]; tensors: number[] }> {
  await tf.setBackend(backend);
  const model = nin(ninOptions.parse({ width: 1 / 32 })).build({ inputShape: [8, 8, 3], classes: 3, binarizer, seed: 1 });
  const optimizer = new Adam(
    model.trainableWeights.map((weight) => ({ name: weight.originalName, variable: weight.read() as tf.Variable })),
  );
  const losses = new Float32Array(steps);
  let gradients: Float32Array[] = [];
  const tensors: number[] = [];
  for (let step = 0; step < steps; step++) {
    for (const layer of model.layers) if (isStepAware(layer)) layer.prepare({ training: true, seed: step });
    const { loss, kept } = tf.tidy(() => {
      const x = tf.tensor4d(
        Float32Array.from({ length: 2 * 192 }, (_, i) => Math.sin(i)),
        [2, 8, 8, 3],
      );
      const { value, grads } = tf.variableGrads(
        () => softmaxCrossEntropy(model.apply(x, { training: true }) as tf.Tensor2D, tf.tensor1d([0, 2], "int32")),
        optimizer.variables,
      );
      optimizer.apply(grads, 0.01);
      return { loss: value, kept: optimizer.variables.map(({ name }) => grads[name] as tf.Tensor) };
    });
    losses[step] = (await loss.data())[0] ?? Number.NaN;
    if (step === 0) gradients = await Promise.all(kept.map((gradient) => gradient.data() as Promise<Float32Array>));
    tf.dispose([loss, kept]);
    tensors.push(tf.memory().numTensors);
  }
  optimizer.dispose();
  model.dispose();
  return { values: [losses, ...gradients], tensors };
}

test("a training step of NIN with clip(−1, 1) for the sign has the loss and the gradients of the CPU backend", async () => {
  await create().activate();
  const gpu = await train(BACKEND_NAME, clipping, 1);
  const cpu = await train("cpu", clipping, 1);
  expect(difference({ gpu: gpu.values, cpu: cpu.values }, 1e-5)).toBeUndefined();
}, 120_000);

test("six steps of a binary NIN stay finite, and leave no tensor behind from one to the next", async () => {
  await create().activate();
  const { values, tensors } = await train(BACKEND_NAME, deterministic, 6);
  expect(values[0]?.every((loss) => Number.isFinite(loss))).toBe(true);
  expect(new Set(tensors).size).toBe(1);
});
