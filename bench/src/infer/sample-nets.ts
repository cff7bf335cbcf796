import archAlexnet from "@benn/arch-alexnet";
import archNin from "@benn/arch-nin";
import archResnet from "@benn/arch-resnet";
import archVgg from "@benn/arch-vgg";
import { registerWasmBackend } from "@benn/backend-wasm";
import { type BitOptions, deterministic, lsq } from "@benn/binarize";
import { ARCHITECTURES, createContainer, type Spec } from "@benn/core";
import { createRandom, prepareLayers, type SafetensorsEntry } from "@benn/core/internals";
import { compileModel, encodeModel, type Operation, traceModel } from "@benn/packed/export";
import * as tf from "@benn/core/tensorflow";
import { type GivenWeight, readWeights } from "../model-weights.ts";
import { DEVIATION, MEAN } from "./sample-images.ts";

/** A member before it was packed. */
export interface SampleNet {
  readonly logits: Operation;
  readonly weights: readonly GivenWeight[];
}

export interface SampleOptions {
  /** Members. */
  readonly count?: number;
  /** Side of its square images in pixels. */
  readonly side?: number;
  readonly classes?: number;
  /** Bits of activations and weights, quantized by LSQ; absent: signs. */
  readonly bits?: BitOptions;
}

/**
 * An ensemble of untrained networks whose batch norms have seen data, so that about as many bits are set as in a trained one.
 * @param architecture of any package of benn
 * @throws UserError if there is no such architecture, or it has no such option or does not accept such images
 */
export async function sampleNets(
  architecture: Spec,
  { count = 1, side = 32, classes = 10, bits }: SampleOptions = {},
): Promise<{ readonly file: Uint8Array; readonly first: SampleNet; readonly realBytes: number }> {
  const container = createContainer();
  for (const plugin of [archNin, archResnet, archVgg, archAlexnet]) await plugin.register(container);
  const net = container.resolve(ARCHITECTURES).create(architecture);
  await registerWasmBackend({ simd: "plain" });
  await tf.setBackend("benn-wasm");
  const tensors = new Map<string, SafetensorsEntry>([
    ["mean", { dtype: "F32", shape: [3], data: Float32Array.from(MEAN) }],
    ["deviation", { dtype: "F32", shape: [3], data: Float32Array.from(DEVIATION) }],
  ]);
  const members = [];
  let first: SampleNet | undefined;
  let realBytes = 0;
  for (let member = 0; member < count; member++) {
    const model = net.build({ inputShape: [side, side, 3], classes, binarizer: bits ? lsq(bits) : deterministic, seed: member });
    const random = createRandom(member, "bench", architecture.name);
    const batch = (): tf.Tensor4D =>
      tf.tensor4d(
        Float32Array.from({ length: 4 * 3 * side * side }, () => random.normal()),
        [4, side, side, 3],
      );
    for (let i = 0; i < 20; i++) {
      prepareLayers(model, { training: true, seed: i, epoch: 0, epochs: 1 });
      tf.tidy(() => void model.apply(batch(), { training: true }));
    }
    const compiled = await compileModel(model, `${member}.`);
    for (const [name, tensor] of compiled.tensors) tensors.set(name, tensor);
    members.push({ architecture: architecture.name, alpha: 1, nodes: compiled.nodes });
    first ??= { logits: (await traceModel(model)).logits, weights: await readWeights(model) };
    realBytes ||= 4 * model.countParams();
    model.dispose();
  }
  if (!first) throw new RangeError("no net asked for");
  const labels = Array.from({ length: classes }, (_, i) => `class ${i}`);
  const file = encodeModel({ shape: [side, side, 3], labels, voter: "softmax", preprocessing: "standardize" }, members, tensors);
  return { file, first, realBytes };
}
