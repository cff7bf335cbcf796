import { nin, ninOptions } from "@benn/arch-nin";
import { centreAndClip } from "@benn/binarize";
import { Adam, type Binarizer, isStepAware, softmaxCrossEntropy } from "@benn/core";
import * as tf from "@tensorflow/tfjs";

/** A binary net without jumps: a sign would turn the last bit of a float into another net. */
export const clipping: Binarizer = {
  bits: { activations: 32, kernel: 32 },
  activations: (x) => tf.clipByValue(x, -1, 1),
  kernel: (w) => tf.clipByValue(w, -1, 1),
  project: centreAndClip,
};

/** Trains a narrow NIN for a few steps on TensorFlow.js's current backend. @returns the loss of each */
export async function fewLosses(steps: number): Promise<number[]> {
  const model = nin(ninOptions.parse({ width: 1 / 32 })).build({ inputShape: [8, 8, 3], classes: 3, binarizer: clipping, seed: 1 });
  const optimizer = new Adam(
    model.trainableWeights.map((weight) => ({ name: weight.originalName, variable: weight.read() as tf.Variable })),
  );
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    for (const layer of model.layers) if (isStepAware(layer)) layer.prepare({ training: true, seed: step, epoch: 0, epochs: 1 });
    const loss = tf.tidy(() => {
      const pixels = Float32Array.from({ length: 2 * 8 * 8 * 3 }, (_, i) => Math.sin(i));
      const x = tf.tensor4d(pixels, [2, 8, 8, 3]);
      const { value, grads } = tf.variableGrads(
        () => softmaxCrossEntropy(model.apply(x, { training: true }) as tf.Tensor2D, tf.tensor1d([0, 2], "int32")),
        optimizer.variables,
      );
      optimizer.apply(grads, 0.01);
      return value;
    });
    losses.push((await loss.data())[0] ?? Number.NaN);
    loss.dispose();
  }
  optimizer.dispose();
  model.dispose();
  return losses;
}
