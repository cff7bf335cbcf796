import { channelsFirst, type GivenWeight, readWeights, setBiases } from "../model-weights.ts";
import { onnxNin, SIDE } from "../onnx-nin.ts";
import { requirePeer } from "../peers.ts";
import { sampleBatch, trainingStep } from "./training-step.ts";

type Tensor = { readonly data: Float32Array };
interface Runtime {
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => Tensor;
  readonly InferenceSession: {
    create(file: Uint8Array, options: object): Promise<{ run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>> }>;
  };
}

interface Options {
  readonly batch: number;
  readonly threads: number;
  readonly dropout: number;
}

export interface OnnxTraining {
  /** @returns the loss */
  step(): Promise<number>;
  /** A current weight, channels first. */
  weight(name: string): Float32Array | undefined;
}

/** Trains the semi-binary NIN of `trainingStep` from its weights with onnxruntime-node, on the same batch. */
export async function onnxTraining(weights: readonly GivenWeight[], { batch, threads, dropout }: Options): Promise<OnnxTraining> {
  const { Tensor, InferenceSession } = requirePeer("onnxruntime-node") as Runtime;
  const { file, state } = onnxNin(weights, { batch, dropout });
  const one = { intraOpNumThreads: threads, interOpNumThreads: 1, graphOptimizationLevel: "all", executionMode: "sequential" };
  const session = await InferenceSession.create(file, one);
  const { images, labels } = sampleBatch(batch);
  const pixels = SIDE * SIDE;
  const turned = images.map((_, i) => images[(Math.floor(i / 3 / pixels) * pixels + (i % pixels)) * 3 + (Math.floor(i / pixels) % 3)] ?? 0);
  const truth = new Float32Array(batch * 10);
  for (const [row, label] of labels.entries()) truth[row * 10 + label] = 1;
  const feeds: Record<string, Tensor> = {
    image: new Tensor("float32", turned, [batch, 3, SIDE, SIDE]),
    truth: new Tensor("float32", truth, [batch, 10]),
  };
  for (const [name, { values, shape }] of Object.entries(state)) feeds[name] = new Tensor("float32", values, shape);
  const scalar = (value: number): Tensor => new Tensor("float32", Float32Array.of(value), []);
  let steps = 0;
  return {
    weight: (name) => feeds[name]?.data,
    async step() {
      steps++;
      feeds["rate"] = scalar(1e-3 / (1 - 0.9 ** steps));
      feeds["root"] = scalar(Math.sqrt(1 - 0.999 ** steps));
      const results = await session.run(feeds);
      for (const name of Object.keys(state)) feeds[name] = results[`${name}.next`] ?? scalar(Number.NaN);
      return results["loss"]?.data[0] ?? Number.NaN;
    },
  };
}

/** Batch size that suffices to compare two engines. */
const FEW = 16;
/**
 * Minimum share of a kernel's weights that must agree after one step. Ties in a max pool are exact integers in the engine, but differ by
 * rounding here, so that some gradients before it take another path.
 */
const ALIKE = { conv1: 0.7, conv2: 0.7, conv3: 0.999, conv4: 0.999, conv5: 0.999, conv6: 0.999, conv7: 0.999 };

/**
 * Compares onnxruntime's first step with that of the active TensorFlow.js backend, without dropout, whose draws differ.
 * @throws if the losses differ by more than 1e−4, relatively, or the kernels after the step differ
 */
export async function assertSameStep(width: number): Promise<void> {
  const own = trainingStep({ net: "sb", width, batch: FEW, dropout: 0 });
  setBiases(own.model);
  const peer = await onnxTraining(await readWeights(own.model), { batch: FEW, threads: 1, dropout: 0 });
  const [expected, loss] = [await own.step(), await peer.step()];
  const after = new Map((await readWeights(own.model)).map((weight) => [weight.name, channelsFirst(weight).values]));
  own.dispose();
  if (!(Math.abs(loss - expected) <= 1e-4 * Math.abs(expected))) {
    throw new Error(`its first loss is ${loss} where the engine's is ${expected}, so it does not do the same step`);
  }
  for (const [layer, least] of Object.entries(ALIKE)) {
    const [kernel, other] = [after.get(`${layer}/kernel`) ?? new Float32Array(0), peer.weight(`${layer}/kernel`)];
    // Adam's first step moves every weight by about 1e−3.
    const alike = kernel.filter((value, i) => Math.abs(value - (other?.[i] ?? Number.NaN)) <= 1e-4).length / kernel.length;
    if (!(alike >= least)) throw new Error(`after a step only ${(100 * alike).toFixed(1)} % of ${layer} are what they are for the engine`);
  }
}
