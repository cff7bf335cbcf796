import * as tf from "../tensorflow.ts";
import type { Backend } from "../backend.ts";
import { adam, adamOptions } from "../built-in/adam.ts";
import { crossEntropyLoss } from "../built-in/cross-entropy-loss.ts";
import { takeKnownStep } from "../train/known-step.ts";
import { memberOptimizer } from "../train/member-optimizer.ts";
import { SignConv2D } from "../train/sign-conv2d.ts";
import { createStep } from "../train/train-step.ts";

/** Milliseconds since an arbitrary origin. */
export type Now = () => number;

/** Result of trying a backend. */
export type BackendReport =
  | { readonly ok: true; readonly description: string; readonly imagesPerSecond: number }
  | { readonly ok: false; readonly reason: string; readonly remedy: string };

/** Minimum duration of the last timed step, unless the largest batch is faster. */
const LONG_ENOUGH_MILLISECONDS = 100;
const LARGEST_BATCH = 1024;

/**
 * Tries a backend: probes it, runs a training step of a binary network with known results, and times larger ones. Restores the active
 * TensorFlow.js backend.
 */
export async function examineBackend(backend: Backend, now: Now = () => performance.now()): Promise<BackendReport> {
  await tf.ready();
  const before = tf.getBackend();
  try {
    const probe = await backend.probe();
    if (!probe.ok) return probe;
    await backend.activate();
    const { numbers, known } = await takeKnownStep();
    const at = known.findIndex((number, i) => !(Math.abs((numbers[i] ?? Number.NaN) - number) <= 1e-4 * Math.abs(number)));
    if (at >= 0) {
      return {
        ok: false,
        reason: `a training step gives ${numbers[at]} for ${known[at]}.`,
        remedy: "Do not train with it; use another backend, and report it to its maker.",
      };
    }
    return { ok: true, description: probe.description, imagesPerSecond: await speed(now) };
  } catch (error) {
    const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    return { ok: false, reason: `it fails: ${line.replace(/\.?$/, ".")}`, remedy: "Use another backend." };
  } finally {
    await tf.setBackend(before);
  }
}

/**
 * Images per second in whole training steps of a network with real first layers and binary later ones. Batches grow until a step takes long
 * enough to be timed.
 */
async function speed(now: Now): Promise<number> {
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [8, 8, 32], filters: 32, kernelSize: 3, padding: "same", useBias: false }),
      new SignConv2D({ name: "signs", filters: 32, kernelSize: 3, padding: "same" }),
      tf.layers.globalAveragePooling2d({}),
    ],
  });
  const optimizer = memberOptimizer(model, [{ name: "adam", optimizer: adam(adamOptions.parse({})) }]);
  const takeStep = createStep({ model, optimizer, loss: crossEntropyLoss({ labelSmoothing: 0 }) });
  // The learning rate is 0, so that the binary kernel keeps its signs.
  const step = async (batch: number): Promise<void> => {
    const at = { learningRate: 0, seed: 0, epoch: 0, epochs: 1 };
    const { loss } = takeStep({ images: () => tf.fill<tf.Rank.R4>([batch, 8, 8, 32], 0.5), labels: new Int32Array(batch), ...at });
    await loss.data(); // reads a number, which forces the device to finish
    loss.dispose();
  };
  try {
    for (let batch = 1; ; batch *= 4) {
      await step(batch); // compiles kernels and allocates memory
      const start = now();
      await step(batch);
      const milliseconds = Math.max(1e-3, now() - start);
      if (milliseconds >= LONG_ENOUGH_MILLISECONDS || batch >= LARGEST_BATCH) return (1000 * batch) / milliseconds;
    }
  } finally {
    optimizer.dispose();
    model.dispose();
  }
}
