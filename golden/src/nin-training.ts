import { Adam, BINARIZERS, type DependencyContainer, softmaxCrossEntropy } from "@benn/core";
import * as tf from "@tensorflow/tfjs";
import type { GoldenFile } from "./golden-file.ts";
import { binaryLayers } from "@benn/arch-nin";
import { buildNinNet, kindOf, type NinNet, prepareLayers } from "./nin-net.ts";
import { readAndDispose } from "./read-and-dispose.ts";
import { recordGradients } from "./record-gradients.ts";

/** By our names, `conv2/kernel`. */
type NamedValues = ReadonlyMap<string, Float32Array>;

export interface NinTraining {
  /** Of step 0, [batch, classes]. */
  readonly logits: Float32Array;
  /** Of step 0. Raw ones are those of the binary kernels themselves, before the kernel rule; else the two are the same. */
  readonly rawGradients: NamedValues;
  readonly gradients: NamedValues;
  /** One a step. */
  readonly losses: readonly number[];
  /** Weights and running statistics after each step. */
  readonly weights: readonly NamedValues[];
}

/** Trains the file's net on its one batch, step by step as the trainer does, with Adam and the file's settings of it. */
export async function trainNin(file: GoldenFile, container: DependencyContainer, steps: number): Promise<NinTraining> {
  const recorded = recordGradients(container.resolve(BINARIZERS).create("deterministic"));
  const net = buildNinNet(file, container, recorded.binarizer);
  const { learningRate, weightDecay } = adamSettings(file);
  const parameters = [...net.weights].filter(([, weight]) => net.model.trainableWeights.includes(weight));
  const optimizer = new Adam(
    parameters.map(([name, weight]) => ({ name, variable: weight.read() as tf.Variable })),
    { weightDecay },
  );
  try {
    const passes = [];
    for (let seed = 0; seed < steps; seed++) {
      recorded.clear();
      prepareLayers(net.model, { training: true, seed });
      const { loss, logits, grads } = await pass(net, optimizer.variables);
      const gradients = await valuesOf(parameters.map(([name, weight]) => [name, grads[(weight.read() as tf.Variable).name]]));
      const raw = await Promise.all(recorded.gradients.map(async (gradient) => Float32Array.from(await gradient.data())));
      optimizer.apply(grads, learningRate);
      tf.dispose(grads);
      const weights = await valuesOf([...net.weights].map(([name, weight]) => [name, weight.read()]));
      passes.push({ loss, logits, gradients, raw, weights });
    }
    const [first] = passes;
    const raw = binaryLayers(kindOf(file)).map((layer, i) => [`${layer}/kernel`, first?.raw[i] ?? new Float32Array(0)] as const);
    return {
      logits: first?.logits ?? new Float32Array(0),
      rawGradients: new Map([...(first?.gradients ?? []), ...raw]),
      gradients: first?.gradients ?? new Map(),
      losses: passes.map(({ loss }) => loss),
      weights: passes.map(({ weights }) => weights),
    };
  } finally {
    recorded.clear();
    optimizer.dispose();
    net.dispose();
  }
}

/** A forward and a backward pass. The caller disposes the gradients. */
async function pass(
  { model, images, labels }: NinNet,
  variables: tf.Variable[],
): Promise<{ loss: number; logits: Float32Array; grads: tf.NamedTensorMap }> {
  let logits: tf.Tensor = tf.tensor1d([]);
  const { value, grads } = tf.variableGrads(() => {
    const output = model.apply(images, { training: true }) as tf.Tensor2D;
    logits.dispose();
    logits = tf.keep(output.clone());
    return softmaxCrossEntropy(output, labels);
  }, variables);
  const [loss = Number.NaN] = await readAndDispose(value);
  return { loss, logits: await readAndDispose(logits), grads };
}

/** What the file says of its optimiser: PyTorch's names, as JSON. */
function adamSettings({ metadata }: GoldenFile): { learningRate: number; weightDecay: number } {
  const { lr, weight_decay: weightDecay } = JSON.parse(metadata["adam"] ?? "{}") as { lr?: number; weight_decay?: number };
  return { learningRate: lr ?? Number.NaN, weightDecay: weightDecay ?? 0 };
}

async function valuesOf(tensors: readonly (readonly [name: string, tensor: tf.Tensor | undefined])[]): Promise<NamedValues> {
  return new Map(
    await Promise.all(tensors.map(async ([name, tensor]) => [name, Float32Array.from((await tensor?.data()) ?? [])] as const)),
  );
}
