import { nin, ninOptions } from "@benn/arch-nin";
import { centreAndClip } from "@benn/binarize";
import type { Binarizer } from "@benn/core";
import * as tf from "@benn/core/tensorflow";
import { takeSteps } from "./take-steps.ts";

/** A differentiable stand-in for a binary network: with signs, the last bit of a float could change the whole network. */
export const clipping: Binarizer = {
  bits: { activations: 32, kernel: 32 },
  activations: (x) => tf.clipByValue(x, -1, 1),
  kernel: (w) => tf.clipByValue(w, -1, 1),
  project: centreAndClip,
};

/** Trains a narrow NIN for a few steps on the active TensorFlow.js backend. @returns the loss of each step */
export async function fewLosses(steps: number): Promise<number[]> {
  const model = nin(ninOptions.parse({ width: 1 / 32 })).build({ inputShape: [8, 8, 3], classes: 3, binarizer: clipping, seed: 1 });
  return (await takeSteps(model, steps)).losses;
}
