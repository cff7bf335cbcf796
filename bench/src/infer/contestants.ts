import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { PackedModel } from "@benn/packed";
import * as tf from "@benn/core/tensorflow";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { onnxNin } from "../onnx-nin.ts";
import { absence, type Peer, peerVersion, requirePeer } from "../peers.ts";
import type { SampleImages } from "./sample-images.ts";
import type { SampleNet } from "./sample-nets.ts";
import { tfjsNet } from "./tfjs-net.ts";

/** A program that computes logits of the first images of a sample, in one thread. */
export interface Classifier {
  readonly name: string;
  /**
   * @param batch 1 or 32
   * @returns logits of at least the first image
   */
  run(batch: number): Promise<Float32Array>;
}

/** Batch sizes that a classifier supports. */
export const BATCHES = [1, 32] as const;

interface Session {
  run(feeds: Record<string, unknown>): Promise<{ logits: { data: Float32Array } }>;
}
interface Runtime {
  readonly Tensor: new (type: string, data: Float32Array, shape: readonly number[]) => unknown;
  readonly InferenceSession: { create(file: Uint8Array, options: object): Promise<Session> };
  readonly env: { readonly wasm: { numThreads: number } };
}

export function packedClassifier(name: string, model: PackedModel, { bytes }: SampleImages): Classifier {
  return {
    name: `@benn/packed, ${name}`,
    run: (batch) => Promise.resolve(model.predict(bytes.slice(0, batch))[0]?.votes[0]?.logits ?? new Float32Array(0)),
  };
}

/** @throws if the peer is not installed */
export async function onnxClassifier(name: Peer, { weights }: SampleNet, { floats }: SampleImages): Promise<Classifier> {
  if (peerVersion(name) === undefined) throw new Error(absence(name));
  const runtime = requirePeer(name) as Runtime;
  if (name === "onnxruntime-web") runtime.env.wasm.numThreads = 1;
  const one = { intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: "all", executionMode: "sequential" };
  const session = await runtime.InferenceSession.create(onnxNin(weights).file, {
    ...(name === "onnxruntime-web" && { executionProviders: ["wasm"] }),
    ...one,
  });
  // Channels first.
  const turned = floats.map((image) => Float32Array.from(image, (_, i) => image[(i % 1024) * 3 + Math.floor(i / 1024)] ?? 0));
  const inputs = new Map(
    BATCHES.map((batch) => [batch as number, new runtime.Tensor("float32", joined(turned, batch), [batch, 3, 32, 32])]),
  );
  return { name, run: async (batch) => (await session.run({ image: inputs.get(batch) })).logits.data };
}

/** On npm's tfjs-backend-wasm, which becomes TensorFlow.js's backend. */
export async function tfjsClassifier({ logits }: SampleNet, { floats }: SampleImages): Promise<Classifier> {
  setWasmPaths(`${dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  await tf.setBackend("wasm");
  const run = tfjsNet(logits);
  const inputs = new Map(BATCHES.map((batch) => [batch as number, tf.tensor4d(joined(floats, batch), [batch, 32, 32, 3])]));
  return {
    name: "tfjs-backend-wasm",
    async run(batch) {
      const result = tf.tidy(() => run(inputs.get(batch)!));
      const values = await result.data<"float32">();
      result.dispose();
      return values;
    },
  };
}

function joined(images: readonly Float32Array[], count: number): Float32Array {
  return Float32Array.from(images.slice(0, count).flatMap((image) => [...image]));
}
