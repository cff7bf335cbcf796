import { nin, ninOptions } from "@benn/arch-nin";
import { registerWasmBackend } from "@benn/backend-wasm";
import { deterministic } from "@benn/binarize";
import { createRandom, prepareLayers, type SafetensorsEntry } from "@benn/core/internals";
import { compileModel, encodeModel, type Operation, traceModel } from "@benn/packed/export";
import * as tf from "@tensorflow/tfjs";
import { type GivenWeight, readWeights } from "../model-weights.ts";
import { DEVIATION, MEAN } from "./sample-images.ts";

const CLASSES = 10;

/** A member as it was before it was packed. */
export interface SampleNet {
  readonly logits: Operation;
  readonly weights: readonly GivenWeight[];
}

/** An ensemble of untrained nets whose batch norms have seen data, so that about as many bits are set as in a trained one. */
export async function sampleNets(
  binary: "inner" | "all",
  count: number,
  width: number,
): Promise<{ readonly file: Uint8Array; readonly first: SampleNet; readonly realBytes: number }> {
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
    const model = nin(ninOptions.parse({ binary, width })).build({
      inputShape: [32, 32, 3],
      classes: CLASSES,
      binarizer: deterministic,
      seed: member,
    });
    const random = createRandom(member, "bench", binary);
    const batch = (): tf.Tensor4D =>
      tf.tensor4d(
        Float32Array.from({ length: 4 * 3072 }, () => random.normal()),
        [4, 32, 32, 3],
      );
    for (let i = 0; i < 20; i++) {
      prepareLayers(model, { training: true, seed: i, epoch: 0, epochs: 1 });
      tf.tidy(() => void model.apply(batch(), { training: true }));
    }
    const compiled = await compileModel(model, `${member}.`);
    for (const [name, tensor] of compiled.tensors) tensors.set(name, tensor);
    members.push({ architecture: "nin", alpha: 1, nodes: compiled.nodes });
    first ??= { logits: (await traceModel(model)).logits, weights: await readWeights(model) };
    realBytes ||= 4 * model.countParams();
    model.dispose();
  }
  if (!first) throw new RangeError("no net asked for");
  const labels = Array.from({ length: CLASSES }, (_, i) => `class ${i}`);
  const file = encodeModel({ shape: [32, 32, 3], labels, voter: "softmax", preprocessing: "standardize" }, members, tensors);
  return { file, first, realBytes };
}
