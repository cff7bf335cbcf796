import { BINARIZERS, type DependencyContainer, LOSSES, OPTIMIZERS } from "@benn/core";
import { type createStep, memberOptimizer, type StepObserver } from "@benn/core/internals";
import * as tf from "@benn/core/tensorflow";
import type { ArrangedBatch } from "./batch-in-parts.ts";
import type { Choice, EdgeValue } from "./edge-value.ts";
import type { GoldenFile } from "./golden-file.ts";
import { binaryLayers } from "@benn/arch-nin";
import { takeRows } from "./layout.ts";
import { buildNinNet, kindOf } from "./nin-net.ts";
import { readAndDispose } from "./read-and-dispose.ts";
import { recordGradients } from "./record-gradients.ts";
import type { Run } from "./search-sides.ts";
import { steerBinarizer } from "./steered-binarizer.ts";

/** By our names, `conv2/kernel`. */
type NamedValues = ReadonlyMap<string, Float32Array>;

export interface NinTraining {
  /** Of step 0, [rows of the batch, classes]. */
  readonly logits: Float32Array;
  /** Of step 0. Raw ones are those of the binary kernels themselves, before the kernel rule; for other weights both are the same. */
  readonly rawGradients: NamedValues;
  readonly gradients: NamedValues;
  /** One a step. */
  readonly losses: readonly number[];
  /** Weights and running statistics after each step. */
  readonly weights: readonly NamedValues[];
  /** How often a latent kernel was projected, in all steps. */
  readonly projections: number;
}

/**
 * Trains the file's network on its batch, for as many steps as the file has losses, with core's optimizer and loss and the file's settings.
 * @param choices values before a sign to move to the other side than rounding decided here
 */
export async function trainNin(
  file: GoldenFile,
  container: DependencyContainer,
  create: typeof createStep,
  batch: ArrangedBatch,
  choices: readonly Choice[],
): Promise<Run<NinTraining>> {
  const layers = binaryLayers(kindOf(file));
  const steered = steerBinarizer(container.resolve(BINARIZERS).create("deterministic"), {
    layers: layers.length,
    rows: batch.rows,
    choices,
  });
  const recorded = recordGradients(steered.binarizer);
  let projections = 0;
  const project = (w: tf.Tensor): tf.Tensor => {
    projections += 1;
    return recorded.binarizer.project(w);
  };
  const net = buildNinNet(file, container, { ...recorded.binarizer, project });
  const { learningRate, ...options } = adamSettings(file);
  const adam = container.resolve(OPTIMIZERS).create({ name: "adam", ...options });
  const optimizer = memberOptimizer(net.model, [{ name: "adam", optimizer: adam }]);
  const seen = observe();
  const { partRows = batch.rows.length } = batch;
  const loss = container.resolve(LOSSES).create("cross-entropy");
  const step = create({ model: net.model, optimizer, loss, partRows, observer: seen.observer });
  try {
    const losses: number[] = [];
    const weights: NamedValues[] = [];
    const edgeValues: EdgeValue[] = [];
    let first: Pick<NinTraining, "logits" | "gradients" | "rawGradients"> | undefined;
    for (const seed of file.numbers("losses").keys()) {
      steered.begin(seed);
      const images = (from: number, to: number): tf.Tensor4D => {
        const { shape, values } = takeRows(net.images, batch.rows.subarray(from, to));
        return tf.tensor4d(values, [...shape] as [number, number, number, number]);
      };
      const results = step({ ...batch, images, learningRate, seed, epoch: 0, epochs: 1 });
      losses.push((await readAndDispose(results.loss))[0] ?? Number.NaN);
      weights.push(await valuesOf([...net.weights].map(([name, weight]) => [name, weight.read()])));
      if (!first) {
        const gradients = await valuesOf(seen.gradients);
        const raw = await sumsOfLayers(recorded.gradients, layers);
        first = { logits: await rowsOf(seen.logits), gradients, rawGradients: new Map([...gradients, ...raw]) };
      }
      edgeValues.push(...(await steered.edgeValues([-1, 0, 1])));
      recorded.clear();
      seen.clear();
    }
    const steps = first ?? { logits: new Float32Array(0), gradients: new Map(), rawGradients: new Map() };
    return { result: { ...steps, losses, weights, projections }, edgeValues };
  } finally {
    steered.dispose();
    recorded.clear();
    seen.clear();
    optimizer.dispose();
    net.model.dispose();
  }
}

/** Records what a step shows, until it is cleared. */
function observe() {
  const logits: { readonly from: number; readonly tensor: tf.Tensor }[] = [];
  const gradients: (readonly [name: string, gradient: tf.Tensor])[] = [];
  const observer: StepObserver = {
    logits: (tensor, from) => void logits.push({ from, tensor: tf.keep(tensor.clone()) }),
    gradients: (all) => {
      for (const [name, gradient] of all) gradients.push([name, tf.keep(gradient.clone())]);
    },
  };
  const clear = (): void =>
    tf.dispose([...logits.splice(0).map(({ tensor }) => tensor), ...gradients.splice(0).map(([, tensor]) => tensor)]);
  return { logits, gradients, observer, clear };
}

/** The parts' logits, each starting at its own row. */
async function rowsOf(parts: readonly { readonly from: number; readonly tensor: tf.Tensor }[]): Promise<Float32Array> {
  const values = new Float32Array(parts.reduce((sum, { tensor }) => sum + tensor.size, 0)).fill(Number.NaN);
  for (const { from, tensor } of parts) values.set(await tensor.data<"float32">(), from * (tensor.shape[1] ?? 1));
  return values;
}

/** Sums of the kernels' gradients over the parts, which arrive layer by layer and part after part. */
async function sumsOfLayers(gradients: readonly tf.Tensor[], layers: readonly string[]): Promise<NamedValues> {
  const sums = layers.map((layer, i) => {
    const parts = gradients.filter((_, call) => call % layers.length === i);
    return [`${layer}/kernel`, parts.length > 0 ? tf.addN(parts) : undefined] as const;
  });
  try {
    return await valuesOf(sums);
  } finally {
    tf.dispose(sums.map(([, sum]) => sum));
  }
}

/** The file's optimizer settings: PyTorch's names, as JSON. */
function adamSettings({ metadata }: GoldenFile): { learningRate: number; weightDecay: number; beta1: number; beta2: number } {
  const { lr, weight_decay, betas } = JSON.parse(metadata["adam"] ?? "{}") as { lr?: number; weight_decay?: number; betas?: number[] };
  return { learningRate: lr ?? Number.NaN, weightDecay: weight_decay ?? 0, beta1: betas?.[0] ?? 0.9, beta2: betas?.[1] ?? 0.999 };
}

async function valuesOf(tensors: readonly (readonly [name: string, tensor: tf.Tensor | undefined])[]): Promise<NamedValues> {
  return new Map(
    await Promise.all(tensors.map(async ([name, tensor]) => [name, Float32Array.from((await tensor?.data()) ?? [])] as const)),
  );
}
