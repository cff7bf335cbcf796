import { BINARIZERS, type DependencyContainer } from "@benn/core";
import * as tf from "@tensorflow/tfjs";
import type { GoldenFile } from "./golden-file.ts";
import { binaryLayers } from "@benn/arch-nin";
import { buildNinNet, kindOf, prepareLayers } from "./nin-net.ts";
import { readAndDispose } from "./read-and-dispose.ts";

export interface NinEvaluation {
  /** [batch, classes]. */
  readonly logits: Float32Array;
  /** Latent kernels as the projection left them, and the binary ones made of them, in the order of the net. */
  readonly latents: readonly Float32Array[];
  readonly binarized: readonly Float32Array[];
}

/** Runs the file's net on its batch in evaluation mode. */
export async function evaluateNin(file: GoldenFile, container: DependencyContainer): Promise<NinEvaluation> {
  const binarizer = container.resolve(BINARIZERS).create("deterministic");
  const net = buildNinNet(file, container, binarizer);
  const step = { training: false, seed: 0 };
  try {
    prepareLayers(net.model, step);
    const { logits, latents, binarized } = tf.tidy(() => {
      const kernels = binaryLayers(kindOf(file)).map((layer) => net.weights.get(`${layer}/kernel`)?.read() ?? tf.scalar(Number.NaN));
      return {
        logits: net.model.apply(net.images) as tf.Tensor,
        latents: kernels.map((kernel) => kernel.clone()),
        binarized: kernels.map((kernel) => binarizer.kernel(kernel, step)),
      };
    });
    return {
      logits: await readAndDispose(logits),
      latents: await Promise.all(latents.map(readAndDispose)),
      binarized: await Promise.all(binarized.map(readAndDispose)),
    };
  } finally {
    net.dispose();
  }
}
