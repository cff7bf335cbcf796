import { load, type PackedModel } from "@benn/packed";
import type * as Tf from "@tensorflow/tfjs";
import type { Operation } from "@benn/packed/export";
import { onnxFile } from "./onnx-file.ts";
import { peerPath, requirePeer } from "./peers.ts";
import { tfjsNet, type TfjsNet } from "./tfjs-net.ts";

/** Something that turns a batch of images into logits, in one thread. */
export interface Contestant {
  readonly name: string;
  /** @param batch 1 or 32 */
  run(batch: number): Promise<Float32Array>;
}

/** The images every contestant gets: bytes, and the same as floats. */
export interface Images {
  readonly bytes: readonly Uint8Array[];
  readonly floats: readonly Float32Array[];
}

interface Session {
  run(feeds: Record<string, unknown>): Promise<{ logits: { data: Float32Array } }>;
}
interface Runtime {
  readonly Tensor: new (type: string, data: Float32Array, shape: readonly number[]) => unknown;
  readonly InferenceSession: { create(file: Uint8Array, options: object): Promise<Session> };
  readonly env: { readonly wasm: { numThreads: number; wasmPaths?: string }; logLevel?: string };
}

export function packedContestant(name: string, model: PackedModel, { bytes }: Images): Contestant {
  return {
    name,
    async run(batch) {
      const predictions = model.predict(bytes.slice(0, batch));
      return predictions[0]?.votes[0]?.logits ?? new Float32Array(0);
    },
  };
}

export async function onnxContestant(
  name: "onnxruntime-web" | "onnxruntime-node",
  net: Operation,
  { floats }: Images,
): Promise<Contestant> {
  const runtime = requirePeer(name) as Runtime;
  if (name === "onnxruntime-web") {
    runtime.env.wasm.numThreads = 1;
    runtime.env.wasm.wasmPaths = `${peerPath("onnxruntime-web/dist")}/`;
  }
  const one = { intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: "all", executionMode: "sequential" };
  const session = await runtime.InferenceSession.create(
    onnxFile(net),
    name === "onnxruntime-web" ? { executionProviders: ["wasm"], ...one } : one,
  );
  // Channels first.
  const turned = floats.map((image) => Float32Array.from(image, (_, i) => image[(i % 1024) * 3 + Math.floor(i / 1024)] ?? 0));
  const inputs = new Map([1, 32].map((batch) => [batch, new runtime.Tensor("float32", join(turned.slice(0, batch)), [batch, 3, 32, 32])]));
  return {
    name,
    async run(batch) {
      return (await session.run({ image: inputs.get(batch) })).logits.data;
    },
  };
}

export async function tfjsContestant(net: Operation, { floats }: Images): Promise<Contestant> {
  const tf = withoutNoise(() => requirePeer("@tensorflow/tfjs")) as typeof Tf;
  const wasm = withoutNoise(() => requirePeer("@tensorflow/tfjs-backend-wasm")) as {
    setWasmPaths(folder: string): void;
  };
  wasm.setWasmPaths(`${peerPath("@tensorflow/tfjs-backend-wasm/dist")}/`);
  await tf.setBackend("wasm");
  const run: TfjsNet = tfjsNet(tf, net);
  const inputs = new Map([1, 32].map((batch) => [batch, tf.tensor4d(join(floats.slice(0, batch)), [batch, 32, 32, 3])]));
  return {
    name: "tfjs-backend-wasm",
    async run(batch) {
      const input = inputs.get(batch);
      if (!input) throw new RangeError(`no batch of ${batch}`);
      const logits = tf.tidy(() => run(input));
      const values = await logits.data<"float32">();
      logits.dispose();
      return values;
    },
  };
}

function join(images: readonly Float32Array[]): Float32Array {
  const size = images[0]?.length ?? 0;
  const all = new Float32Array(size * images.length);
  for (const [i, image] of images.entries()) all.set(image, i * size);
  return all;
}

export async function loadPacked(file: Uint8Array, kernel: "auto" | PackedModel["kernel"] = "auto"): Promise<PackedModel> {
  return load(file, { kernel });
}

/** A second copy of TensorFlow.js says of each of its kernels that it is registered already. */
function withoutNoise<T>(load: () => T): T {
  const { warn } = console;
  console.warn = () => {};
  try {
    return load();
  } finally {
    console.warn = warn;
  }
}
