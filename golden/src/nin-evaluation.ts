import { BINARIZERS, type DependencyContainer } from "@benn/core";
import { EVALUATION, prepareLayers } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import type { GoldenFile } from "./golden-file.ts";
import { binaryLayers } from "@benn/arch-nin";
import type { Choice } from "./edge-value.ts";
import { buildNinNet, kindOf } from "./nin-net.ts";
import { readAndDispose } from "./read-and-dispose.ts";
import type { Run } from "./search-sides.ts";
import { steerBinarizer } from "./steered-binarizer.ts";

export interface NinEvaluation {
  /** [batch, classes]. */
  readonly logits: Float32Array;
  /** Latent kernels after projection, and the binary ones computed from them, in the order of the network. */
  readonly latents: readonly Float32Array[];
  readonly binarized: readonly Float32Array[];
}

/**
 * Runs the file's network on its batch in evaluation mode.
 * @param choices values before a sign to move to the other side than rounding decided here
 */
export async function evaluateNin(
  file: GoldenFile,
  container: DependencyContainer,
  choices: readonly Choice[],
): Promise<Run<NinEvaluation>> {
  const layers = binaryLayers(kindOf(file));
  const steered = steerBinarizer(container.resolve(BINARIZERS).create("deterministic"), { layers: layers.length, choices });
  const { binarizer } = steered;
  const net = buildNinNet(file, container, binarizer);
  try {
    prepareLayers(net.model, EVALUATION);
    const { logits, latents, binarized } = tf.tidy(() => {
      const kernels = layers.map((layer) => net.weights.get(`${layer}/kernel`)?.read() ?? tf.scalar(Number.NaN));
      return {
        logits: net.model.apply(tf.tensor(net.images.values, [...net.images.shape])) as tf.Tensor,
        latents: kernels.map((kernel) => kernel.clone()),
        binarized: kernels.map((kernel) => binarizer.kernel(kernel, EVALUATION, {})),
      };
    });
    const result = {
      logits: await readAndDispose(logits),
      latents: await Promise.all(latents.map(readAndDispose)),
      binarized: await Promise.all(binarized.map(readAndDispose)),
    };
    return { result, edgeValues: await steered.edgeValues([0]) };
  } finally {
    steered.dispose();
    net.model.dispose();
  }
}
