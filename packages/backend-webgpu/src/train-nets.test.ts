import { nin, ninOptions } from "@benn/arch-nin";
import { resnet18, resnet18Options, resnet20, resnet20Options } from "@benn/arch-resnet";
import { deterministic } from "@benn/binarize";
import { Adam, type Architecture, type Binarizer, isStepAware, softmaxCrossEntropy } from "@benn/core";
import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { clipping } from "../test/few-losses.ts";
import { create, difference } from "../test/use-software-gpu.ts";
import { BACKEND_NAME } from "./register.ts";

const nets: Readonly<Record<string, { readonly architecture: Architecture; readonly side: number; readonly tolerance?: number }>> = {
  NIN: { architecture: nin(ninOptions.parse({ width: 1 / 32 })), side: 8 },
  // Two channels wide and 39 batch norms deep: each may double what the last bit of a sum is off.
  "ResNet-20": { architecture: resnet20(resnet20Options.parse({ width: 1 / 8 })), side: 8, tolerance: 1e-4 },
  "ResNet-18": { architecture: resnet18(resnet18Options.parse({ width: 1 / 32 })), side: 32 },
};

async function train(
  backend: string,
  net: string,
  binarizer: Binarizer,
  steps: number,
): Promise<{ values: Float32Array[]; tensors: number[] }> {
  await tf.setBackend(backend);
  const { architecture, side } = nets[net]!;
  const model = architecture.build({ inputShape: [side, side, 3], classes: 3, binarizer, seed: 1 });
  const optimizer = new Adam(
    model.trainableWeights.map((weight) => ({ name: weight.originalName, variable: weight.read() as tf.Variable })),
  );
  const losses = new Float32Array(steps);
  let gradients: Float32Array[] = [];
  const tensors: number[] = [];
  for (let step = 0; step < steps; step++) {
    for (const layer of model.layers) if (isStepAware(layer)) layer.prepare({ training: true, seed: step, epoch: 0, epochs: 1 });
    const { loss, kept } = tf.tidy(() => {
      const x = tf.tensor4d(
        Float32Array.from({ length: 2 * side * side * 3 }, (_, i) => Math.sin(i)),
        [2, side, side, 3],
      );
      const { value, grads } = tf.variableGrads(
        () => softmaxCrossEntropy(model.apply(x, { training: true }) as tf.Tensor2D, tf.tensor1d([0, 2], "int32")),
        optimizer.variables,
      );
      optimizer.apply(grads, 0.01);
      return { loss: value, kept: optimizer.variables.map(({ name }) => grads[name] as tf.Tensor) };
    });
    losses[step] = (await loss.data())[0] ?? Number.NaN;
    if (step === 0) gradients = await Promise.all(kept.map((gradient) => gradient.data() as Promise<Float32Array>));
    tf.dispose([loss, kept]);
    tensors.push(tf.memory().numTensors);
  }
  optimizer.dispose();
  model.dispose();
  return { values: [losses, ...gradients], tensors };
}

test.for(Object.keys(nets))(
  "a training step of %s with clip(−1, 1) for the sign has the loss and the gradients of the CPU backend",
  { timeout: 240_000 },
  async (net) => {
    await create().activate();
    const gpu = await train(BACKEND_NAME, net, clipping, 1);
    const cpu = await train("cpu", net, clipping, 1);
    expect(difference({ gpu: gpu.values, cpu: cpu.values }, nets[net]?.tolerance ?? 1e-5)).toBeUndefined();
  },
);

test("six steps of a binary NIN stay finite, and leave no tensor behind from one to the next", async () => {
  await create().activate();
  const { values, tensors } = await train(BACKEND_NAME, "NIN", deterministic, 6);
  expect(values[0]?.every((loss) => Number.isFinite(loss))).toBe(true);
  expect(new Set(tensors).size).toBe(1);
});
