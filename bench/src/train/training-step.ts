import { nin } from "@benn/arch-nin";
import { resnet20 } from "@benn/arch-resnet";
import { deterministic } from "@benn/binarize";
import { type Binarizer, createContainer, deriveSeed, LOSSES, OPTIMIZERS } from "@benn/core";
import { createRandom, createStep, EVALUATION, memberOptimizer, prepareLayers, summarizeModel } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";

/** Networks that are measured, by name. */
export const NETS = ["sb", "ab", "resnet20"] as const;
export type Net = (typeof NETS)[number];

export interface StepOptions {
  readonly net: Net;
  readonly width: number;
  readonly batch: number;
  /** Of NIN. Default 0.5. */
  readonly dropout?: number;
  /** Default `deterministic`. */
  readonly binarizer?: Binarizer;
}

function build({ net, width, dropout = 0.5, binarizer = deterministic }: StepOptions): tf.LayersModel {
  const options = { inputShape: [32, 32, 3], classes: 10, binarizer, seed: 1 } as const;
  if (net === "resnet20") return resnet20({ width, activation: "none" }).build(options);
  return nin({ width, binary: net === "ab" ? "all" : "inner", dropout }).build(options);
}

/** Standardized image pixels and labels: the same for every engine with the same batch size. */
export function sampleBatch(batch: number): { images: Float32Array; labels: Int32Array } {
  const random = createRandom(1, "bench");
  const images = Float32Array.from({ length: batch * 32 * 32 * 3 }, () => random.normal());
  return { images, labels: Int32Array.from({ length: batch }, (_, i) => i % 10) };
}

/** Multiply-adds per step: each layer's forward pass, its kernel's gradient, and, except for the first, its input's. */
function stepMacs(model: tf.LayersModel, batch: number): { readonly train: number; readonly forward: number } {
  const layers = summarizeModel(model).layers.map((layer) => layer.binaryMultiplyAdds + layer.realMultiplyAdds);
  const forward = batch * layers.reduce((sum, macs) => sum + macs, 0);
  return { forward, train: 3 * forward - batch * (layers.find((macs) => macs > 0) ?? 0) };
}

/**
 * A model and what trains it on one batch, on the active TensorFlow.js backend. `step` is core's training step, as in every run: projection
 * of the latent kernels, forward, loss, backward, Adam; `forward` is evaluation.
 */
export function trainingStep(options: StepOptions) {
  const { batch } = options;
  const container = createContainer();
  const model = build(options);
  const optimizer = memberOptimizer(model, [{ name: "adam", optimizer: container.resolve(OPTIMIZERS).create("adam") }]);
  const takeStep = createStep({ model, optimizer, loss: container.resolve(LOSSES).create("cross-entropy") });
  const { images, labels } = sampleBatch(batch);
  const pixels = (): tf.Tensor4D => tf.tensor4d(images, [batch, 32, 32, 3]);
  let steps = 0;
  return {
    model,
    macs: stepMacs(model, batch),
    /** Starts a step; its loss is available when the backend has finished it. */
    begin(): tf.Tensor {
      const seed = deriveSeed(1, "step", steps++);
      return takeStep({ images: pixels, labels, learningRate: 1e-3, seed, epoch: 0, epochs: 1 }).loss;
    },
    /** @returns its loss */
    async step(): Promise<number> {
      const loss = this.begin();
      const [value = Number.NaN] = await loss.data();
      loss.dispose();
      return value;
    },
    /** Starts to evaluate the batch: [batch, classes]. */
    beginForward(): tf.Tensor {
      prepareLayers(model, EVALUATION);
      return tf.tidy(() => model.apply(pixels()) as tf.Tensor);
    },
    dispose(): void {
      optimizer.dispose();
      model.dispose();
    },
  };
}
