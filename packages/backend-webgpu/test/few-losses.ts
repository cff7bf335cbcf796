import { nin, ninOptions } from "@benn/arch-nin";
import { centreAndClip } from "@benn/binarize";
import type { Binarizer } from "@benn/core";
import * as tf from "@tensorflow/tfjs";
import { takeSteps } from "./take-steps.ts";

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
  return (await takeSteps(model, steps)).losses;
}
