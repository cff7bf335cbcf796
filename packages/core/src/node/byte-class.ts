import { createHash } from "node:crypto";
import * as tf from "../tensorflow.ts";
import type { DependencyContainer } from "tsyringe";
import { BACKENDS } from "../backend.ts";
import { adam, adamOptions } from "../built-in/adam.ts";
import { crossEntropyLoss } from "../built-in/cross-entropy-loss.ts";
import { createRandom } from "../random.ts";
import { AUTO, fastestBackend } from "./auto-backend.ts";
import type { Spec } from "../registry.ts";
import { memberOptimizer } from "../train/member-optimizer.ts";
import { SignConv2D } from "../train/sign-conv2d.ts";
import { createStep } from "../train/train-step.ts";

/** The properties of a machine that affect the bytes of trained members. Machines of one class train identical members. */
export interface ByteClass {
  /** Short; letters, digits and hyphens: `wasm-relaxed-3f2a91c0`. */
  readonly name: string;
  /** Options that the backend chooses by the machine: every machine of the class computes with these. */
  readonly form: Readonly<Record<string, string>>;
}

const STEPS = 10;
const ROWS = 4;
const SIDE = 6;

/**
 * Finds the byte class of this machine with a backend: its name, what it chooses by the machine, and a fingerprint of ten training steps of
 * a small real and binary network, which reveals a processor or Node version that computes differently. Activates the backend, so call it
 * in a thread that trains nothing.
 */
export async function findByteClass(asked: Spec, container: DependencyContainer): Promise<ByteClass> {
  const spec = asked.name === AUTO ? await fastestBackend(container) : asked;
  const backends = container.resolve(BACKENDS);
  const form = (await backends.create(spec).form?.()) ?? {};
  const chosen = { name: spec.name, ...form };
  await backends.create(chosen).activate();
  const fingerprint = createHash("sha256")
    .update(await tenSteps())
    .update(ownMath())
    .digest("hex")
    .slice(0, 8);
  return {
    name: [spec.name, ...Object.values(form), fingerprint].join("-").replaceAll(/[^\w-]/g, "-"),
    form,
  };
}

/** Weights and losses after ten steps. Layers and widths are like those of members: sums over many channels, and over few. */
async function tenSteps(): Promise<Uint8Array> {
  const draw = createRandom(0, "fingerprint");
  const normal = (shape: readonly number[], scale: number): tf.Tensor =>
    tf.tensor(
      Float32Array.from({ length: shape.reduce((n, size) => n * size, 1) }, () => scale * draw.normal()),
      [...shape],
    );
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [SIDE, SIDE, 3], filters: 40, kernelSize: 3, padding: "same", useBias: false }),
      tf.layers.batchNormalization({}),
      new SignConv2D({ name: "signs", filters: 24, kernelSize: 3, padding: "same" }),
      tf.layers.batchNormalization({}),
      tf.layers.activation({ activation: "relu" }),
      tf.layers.globalAveragePooling2d({}),
      tf.layers.dense({ units: 7 }),
    ],
  });
  tf.tidy(() => model.setWeights(model.getWeights().map(({ shape }) => tf.abs(normal(shape, 0.2)))));
  const optimizer = memberOptimizer(model, [{ name: "adam", optimizer: adam(adamOptions.parse({})) }]);
  const takeStep = createStep({ model, optimizer, loss: crossEntropyLoss({ labelSmoothing: 0 }) });
  const hash = createHash("sha256");
  try {
    for (let step = 0; step < STEPS; step++) {
      const labels = Int32Array.from({ length: ROWS }, (_, row) => (row + step) % 7);
      const at = { learningRate: 0.01, seed: step, epoch: 0, epochs: 1 };
      const { loss } = takeStep({ images: () => normal([ROWS, SIDE, SIDE, 3], 1) as tf.Tensor4D, labels, ...at });
      hash.update(bytesOf(await loss.data()));
      loss.dispose();
    }
    for (const weight of model.weights) hash.update(bytesOf(await weight.read().data()));
    return hash.digest();
  } finally {
    optimizer.dispose();
    model.dispose();
  }
}

/** Results of JavaScript's Math functions, which schedules and schemes use and whose last bit no standard fixes. */
function ownMath(): Uint8Array {
  const functions = [Math.exp, Math.log, Math.cos, Math.sin, Math.tanh, Math.log1p, Math.expm1, (x: number) => x ** 0.37];
  const draw = createRandom(0, "own-math");
  const values = Array.from({ length: 64 }, () => Math.abs(draw.normal()) + 1e-3);
  return bytesOf(Float64Array.from(functions.flatMap((own) => values.map((x) => own(x)))));
}

function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
